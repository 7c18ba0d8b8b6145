package io.kindnet.kindnetd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The program in {@code dist/}, whose training has no kubeconfig: it has all classes that reading
 * one takes.
 */
class KubeconfigIT {
  private static final Path KINDNETD =
      Path.of(System.getProperty("kindnet.dist", "dist"), "kindnetd/bin/kindnetd");

  private static String run(Path kubeconfig) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                KINDNETD.toString(),
                "policy",
                "explain",
                "--from=default/a",
                "--to=default/b",
                "--port=80",
                "--kubeconfig=" + kubeconfig)
            .redirectErrorStream(true)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(printed).isNotZero();
    return printed;
  }

  @Test
  void isReadWithAllThatMayBeInIt(@TempDir Path directory) throws Exception {
    Map<String, String> users =
        Map.of(
            "token", "token: secret",
            "password", "username: a, password: b, as: c, as-groups: [d]",
            "plugin", "exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/false}");
    for (Map.Entry<String, String> user : users.entrySet()) {
      Path file =
          Files.writeString(
              directory.resolve(user.getKey()),
              """
              apiVersion: v1
              kind: Config
              preferences: {}
              clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
              users: [{name: u, user: {%s}}]
              contexts: [{name: x, context: {cluster: c, user: u, namespace: n}}]
              current-context: x
              """
                  .formatted(user.getValue()));

      assertThat(run(file))
          .as(user.getKey())
          .contains(List.of(user.getKey().equals("plugin") ? "/bin/false" : "127.0.0.1:1"))
          .doesNotContain("NoClassDefFoundError");
    }
  }
}
