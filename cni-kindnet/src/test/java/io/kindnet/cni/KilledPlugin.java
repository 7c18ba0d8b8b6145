package io.kindnet.cni;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.clients.Dist;
import io.kindnet.cni.kill.KillPoint;
import io.kindnet.cni.kill.Victim;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Starts {@link KilledCall} as what it is about: the plugin's own runtime, jar, options and cache,
 * with the classes of the tests behind them.
 */
final class KilledPlugin {
  private KilledPlugin() {}

  /** Makes the call on {@code node}, and fails unless it was killed at {@code point}. */
  static void kill(KillPoint point, CniNode node, Map<String, String> variables, JsonNode input) {
    List<String> command = new ArrayList<>(List.of("env", "--ignore-environment"));
    variables.forEach((name, value) -> command.add(name + "=" + value));
    command.add("PATH=" + System.getenv("PATH"));
    command.addAll(Victim.command(Dist.cni(), KilledCall.class, List.of(), point));
    Process process = node.namespace().start(command.toArray(String[]::new));
    try {
      try (OutputStream stdin = process.getOutputStream()) {
        stdin.write(input.toString().getBytes(UTF_8));
      }
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      Victim.awaitKilled(process, point + ": " + output);
    } catch (IOException failed) {
      throw new AssertionError("cannot run the plugin until " + point, failed);
    }
  }
}
