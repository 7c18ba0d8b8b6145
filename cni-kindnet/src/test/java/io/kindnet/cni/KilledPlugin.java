package io.kindnet.cni;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.clients.Dist;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Starts {@link KilledCall} as what it is about: the plugin's own runtime, jar, options and cache,
 * with the classes of the tests behind them.
 */
final class KilledPlugin {
  private static final int DEADLINE_SECONDS = 60;

  /** What Java says of a process that a signal ended. */
  private static final int KILLED = 128 + 9;

  private KilledPlugin() {}

  /** Makes the call on {@code node}, and fails unless it was killed at {@code point}. */
  static void kill(KillPoint point, CniNode node, Map<String, String> variables, JsonNode input) {
    List<String> command = new ArrayList<>(List.of("env", "--ignore-environment"));
    variables.forEach((name, value) -> command.add(name + "=" + value));
    command.add("PATH=" + System.getenv("PATH"));
    command.addAll(java());
    command.addAll(List.of(point.step().name(), Integer.toString(point.time())));
    Process process = node.namespace().start(command.toArray(String[]::new));
    try {
      try (OutputStream stdin = process.getOutputStream()) {
        stdin.write(input.toString().getBytes(UTF_8));
      }
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as("%s: %s", point, output).isEqualTo(KILLED);
    } catch (IOException | InterruptedException failed) {
      throw new AssertionError("cannot run the plugin until " + point, failed);
    }
  }

  private static List<String> java() {
    Path home = Dist.cni().resolve("lib/cni-kindnet");
    return List.of(
        home.resolve("runtime/bin/java").toString(),
        "-XX:AOTCache=" + home.resolve("cni-kindnet.aot"),
        "@" + home.resolve("jvm.options"),
        "-Djffi.boot.library.path=" + home.resolve("native"),
        "-Dorg.sqlite.lib.path=" + home.resolve("native"),
        "-classpath",
        home.resolve("cni-kindnet.jar") + ":" + testClasses(),
        KilledCall.class.getName());
  }

  private static Path testClasses() {
    try {
      return Path.of(KilledCall.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException notPath) {
      throw new AssertionError(notPath);
    }
  }
}
