package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.AgentProcess;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** kindnetd as a process that serves calls, on a node without an API server. */
final class ServingAgent implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofMinutes(5);

  private final AgentProcess process;
  private final Path socket;

  private ServingAgent(AgentProcess process, Path socket) {
    this.process = process;
    this.socket = socket;
  }

  /**
   * Starts it and waits until it serves.
   *
   * @param socket where
   * @param wrapper a program that executes the rest of its arguments
   */
  static ServingAgent start(Namespace node, Path socket, String... wrapper) {
    AgentProcess process =
        startProcess(node, socket.resolveSibling("net.d"), socket.toString(), wrapper);
    ServingAgent agent = new ServingAgent(process, socket);
    try {
      Eventually.within(
          DEADLINE, () -> assertThat(ClientSession.isServed(socket)).as(process.log()).isTrue());
      return agent;
    } catch (AssertionError silent) {
      agent.close();
      throw silent;
    }
  }

  /**
   * Starts it.
   *
   * @param directory where it would write the configuration of the network
   * @param socket for {@code --cni-socket}
   */
  static AgentProcess startProcess(
      Namespace node, Path directory, String socket, String... wrapper) {
    return AgentProcess.start(
        node,
        List.of(wrapper),
        Map.of("NODE_NAME", "node", "HOST_IP", "192.0.2.1", "POD_IP", "192.0.2.1"),
        "--master=http://127.0.0.1:1",
        "--masquerading=false",
        "--cni-conf-dir=" + directory,
        "--cni-socket=" + socket);
  }

  Path socket() {
    return socket;
  }

  /** What it has printed so far. */
  String log() {
    return process.log();
  }

  AgentProcess process() {
    return process;
  }

  @Override
  public void close() {
    process.close();
  }
}
