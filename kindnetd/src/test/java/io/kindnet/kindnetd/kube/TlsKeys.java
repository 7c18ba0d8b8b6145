package io.kindnet.kindnetd.kube;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * What a server on 127.0.0.1 needs for TLS.
 *
 * @param context has key and certificate
 * @param certificate a file; the certificate vouches for itself
 * @param key a file, PEM
 */
public record TlsKeys(SSLContext context, Path certificate, Path key) {
  private static final String PASSWORD = "changeit";

  /**
   * @param files the beginning of the names of the files with key and certificate
   */
  public static TlsKeys make(Path files) throws Exception {
    Path keys = Path.of(files + ".p12");
    Path certificate = Path.of(files + ".crt");
    keytool(
        keys,
        "-genkeypair",
        "-keyalg",
        "EC",
        "-dname",
        "CN=kubernetes",
        "-ext",
        "SAN=IP:127.0.0.1");
    keytool(keys, "-exportcert", "-rfc", "-file", certificate.toString());

    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream stream = Files.newInputStream(keys)) {
      store.load(stream, PASSWORD.toCharArray());
    }
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(store, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    byte[] encoded = store.getKey("server", PASSWORD.toCharArray()).getEncoded();
    Path key = Path.of(files + ".key");
    Files.writeString(
        key,
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(encoded)
            + "\n-----END PRIVATE KEY-----\n");
    return new TlsKeys(context, certificate, key);
  }

  private static void keytool(Path keys, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-alias", "server", "-keystore", keys.toString()));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(String.join(" ", command) + ": " + output);
    }
  }
}
