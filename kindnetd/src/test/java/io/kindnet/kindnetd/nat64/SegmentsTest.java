package io.kindnet.kindnetd.nat64;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.CommandResult;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packets that the kernel cuts late, or has put together (GSO, GRO), are translated in one. */
@NetworkNamespaces
@Tag("bpf")
class SegmentsTest {
  private static final String PORT = "5001";

  private final Namespace node;
  private final Namespace pod;
  private final Namespace router;
  private final Namespace server;
  private final Nat64Node fixture;
  private final Nat64Agent agent;
  private final Path program;

  SegmentsTest(
      Namespace node, Namespace pod, Namespace router, Namespace server, @TempDir Path directory)
      throws IOException {
    this.node = node;
    this.pod = pod;
    this.router = router;
    this.server = server;
    program = directory.resolve("segments.py");
    Files.writeString(program, Resources.text(SegmentsTest.class, "segments.py"));
    fixture = new Nat64Node(node, pod, router, server);
    agent = fixture.agent();
    fixture.translate(agent, pod);
  }

  @AfterEach
  void close() {
    agent.close();
    fixture.close();
  }

  /** What the client says. */
  private String ask(String kind) throws IOException {
    String script = program.toString();
    Process serving = server.start("python3", script, "serve", Nat64Node.SERVER, PORT, kind);
    try {
      assertThat(serving.inputReader(UTF_8).readLine()).isEqualTo("ready");
      CommandResult asked = pod.tryRun("python3", script, kind, Nat64Node.SERVER_V6, PORT);
      return asked.stdout().strip() + asked.stderr().strip();
    } finally {
      serving.destroyForcibly();
    }
  }

  @Test
  void datagramsOfOneCallArriveBothWays() throws IOException {
    assertThat(ask("datagrams")).isEqualTo("10 of 10");
  }

  @Test
  void streamsArriveBothWays() throws IOException {
    assertThat(ask("stream")).isEqualTo("all");
  }

  /** Both ends think that more would fit, until routers tell them. */
  @Test
  void streamsArriveWhereTheWayIsNarrow() throws IOException {
    Ip.batch(node, "link set eth0 mtu 1400\n");
    Ip.batch(router, "link set node mtu 1400\n");
    assertThat(ask("stream")).isEqualTo("all");
  }

  /** The pod's segments may be no larger than the server has said. */
  @Test
  void streamsArriveWhereTheServersLinkIsNarrow() throws IOException {
    Ip.batch(router, "link set server mtu 1400\n");
    Ip.batch(server, "link set eth0 mtu 1400\n");
    assertThat(ask("stream")).isEqualTo("all");
  }
}
