package io.kindnet.e2e.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Who vouches for whom in a cluster: a certificate authority that everybody trusts, and the key
 * that signs the tokens of service accounts.
 *
 * @param directory where keys and certificates lie
 */
record Authority(Path directory) {
  private static final List<String> NEW_KEY =
      List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc");

  /** Makes what is not there yet. */
  void establish() {
    try {
      Files.createDirectories(directory);
    } catch (IOException failed) {
      throw new UncheckedIOException("no directory for keys", failed);
    }
    if (!Files.exists(certificate("ca"))) {
      request("ca", "/CN=kindnet-e2e", List.of());
    }
    if (!Files.exists(serviceAccountKey())) {
      Command.run(
          List.of(
              "openssl",
              "genpkey",
              "-algorithm",
              "RSA",
              "-pkeyopt",
              "rsa_keygen_bits:2048",
              "-out",
              serviceAccountKey().toString()));
    }
  }

  /**
   * Makes a key and a certificate, unless they are there.
   *
   * @param name of the files
   * @param subject such as {@code /O=system:nodes/CN=system:node:node1}
   * @param alternatives of a server: such as {@code DNS:localhost,IP:::1}; empty for a client
   */
  void issue(String name, String subject, String alternatives) {
    if (Files.exists(certificate(name))) {
      return;
    }
    List<String> signed =
        new ArrayList<>(
            List.of(
                "-CA",
                certificate("ca").toString(),
                "-CAkey",
                key("ca").toString(),
                "-addext",
                "basicConstraints=critical,CA:FALSE"));
    if (!alternatives.isEmpty()) {
      signed.addAll(List.of("-addext", "subjectAltName=" + alternatives));
    }
    request(name, subject, signed);
  }

  Path certificate(String name) {
    return directory.resolve(name + ".crt");
  }

  Path key(String name) {
    return directory.resolve(name + ".key");
  }

  Path serviceAccountKey() {
    return directory.resolve("service-accounts.key");
  }

  /**
   * A file with which a program reaches the API server as somebody.
   *
   * @param name of the key and certificate, which are made if need be, and of the file
   * @param subject whom the certificate is for
   */
  Path kubeconfig(String name, String subject) {
    issue(name, subject, "");
    Path file = directory.resolve(name + ".kubeconfig");
    String text =
        """
        apiVersion: v1
        kind: Config
        clusters:
        - name: e2e
          cluster: {server: "%s", certificate-authority: "%s"}
        users:
        - name: "%s"
          user: {client-certificate: "%s", client-key: "%s"}
        contexts:
        - name: e2e
          context: {cluster: e2e, user: "%s"}
        current-context: e2e
        """
            .formatted(
                Addresses.API_SERVER, certificate("ca"), name, certificate(name), key(name), name);
    try {
      return Files.writeString(file, text);
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot write " + file, failed);
    }
  }

  private void request(String name, String subject, List<String> more) {
    List<String> command = new ArrayList<>(List.of("openssl", "req", "-x509", "-days", "365"));
    command.addAll(NEW_KEY);
    command.addAll(List.of("-subj", subject, "-keyout", key(name).toString()));
    command.addAll(List.of("-out", certificate(name).toString()));
    command.addAll(more);
    Command.run(command);
  }
}
