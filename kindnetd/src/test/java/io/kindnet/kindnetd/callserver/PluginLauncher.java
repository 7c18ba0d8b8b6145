package io.kindnet.kindnetd.callserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.cni.delegation.DelegationProtocol;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The plugin of {@code dist/} as runtimes call it, with an agent to hand calls over to. */
final class PluginLauncher {
  /** "Try again later" of the CNI specification. */
  static final int TRY_AGAIN_LATER = 11;

  private static final long DEADLINE_SECONDS = 120;

  private final CniClient client;
  private final Path socket;

  PluginLauncher(CniClient client, Path socket) {
    this.client = client;
    this.socket = socket;
  }

  /** The directory {@code dist/cni}. */
  static Path dist() {
    Path dist = Path.of(System.getProperty("kindnet.dist", "dist"), "cni");
    if (!Files.exists(dist)) {
      throw new AssertionError(dist + " is not there: run 'make dist' first");
    }
    return dist;
  }

  /** What the process prints and ends with. */
  AgentAnswer run(DelegatedCall call) {
    return runThrough(List.of(), call);
  }

  /**
   * As {@link #run}.
   *
   * @param wrapper a program that executes the rest of its arguments
   */
  AgentAnswer runThrough(List<String> wrapper, DelegatedCall call) {
    List<String> command = new ArrayList<>(List.of("nsenter", "--net=" + client.node().path()));
    command.addAll(wrapper);
    command.addAll(List.of("env", "-i"));
    command.add("KINDNET_CNI_SOCKET=" + socket);
    command.addAll(List.of(call.environment().split("\0")));
    command.add(dist().resolve("bin/cni-kindnet").toString());
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      try (OutputStream stdin = process.getOutputStream()) {
        stdin.write(call.input().getBytes(UTF_8));
      }
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("the launcher does not end");
      }
      return new AgentAnswer(DelegationProtocol.ANSWERED, process.exitValue(), output);
    } catch (IOException | InterruptedException failed) {
      throw new AssertionError("cannot run the launcher", failed);
    }
  }
}
