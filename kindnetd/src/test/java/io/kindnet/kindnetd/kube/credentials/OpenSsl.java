package io.kindnet.kindnetd.kube.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Keys and certificates in a directory, made by {@code openssl}; {@code ca.crt} signs all. */
record OpenSsl(Path directory) {
  static OpenSsl in(Path directory) throws Exception {
    OpenSsl made = new OpenSsl(directory);
    made.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key");
    made.run("req -x509 -new -key ca.key -subj /CN=authority -days 2 -out ca.crt");
    return made;
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  String text(String name) throws IOException {
    return Files.readString(file(name));
  }

  /**
   * Signs a certificate {@code NAME.crt} for {@code NAME.key}.
   *
   * @param alternative such as {@code IP:127.0.0.1}
   */
  void sign(String name, String alternative) throws Exception {
    run("req -new -key " + name + ".key -subj /O=nodes/CN=" + name + " -out " + name + ".csr");
    Files.writeString(file(name + ".ext"), "subjectAltName=" + alternative);
    run(
        "x509 -req -in %1$s.csr -CA ca.crt -CAkey ca.key -days 2 -extfile %1$s.ext -out %1$s.crt"
            .formatted(name));
  }

  /** Makes an EC key in PKCS#8 and a certificate for it. */
  void make(String name, String alternative) throws Exception {
    run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out " + name + ".key");
    sign(name, alternative);
  }

  /** Runs {@code openssl} with arguments that blanks separate. */
  void run(String arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments.split(" ", -1)));
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError("openssl " + arguments + ": " + output);
    }
  }
}
