package io.kindnet.kindnetd.nat64;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.kindnetd.nat64.EchoConnections.Client;
import io.kindnet.netlink.testing.JavaProcess;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ten thousand connections of one pod at once. */
@NetworkNamespaces
@Tag("bpf")
class Nat64ConnectionsTest {
  private static final int MANY = 10_000;

  private final Namespace node;
  private final Namespace pod;
  private final Namespace server;
  private final Nat64Node fixture;
  private final Nat64Agent agent;

  Nat64ConnectionsTest(Namespace node, Namespace pod, Namespace router, Namespace server) {
    this.node = node;
    this.pod = pod;
    this.server = server;
    fixture = new Nat64Node(node, pod, router, server);
    agent = fixture.agent();
  }

  @AfterEach
  void close() {
    agent.close();
    fixture.close();
  }

  private static Client start(Namespace where, String... arguments) {
    List<String> command = new ArrayList<>(List.of("prlimit", "--nofile=16384:16384"));
    command.addAll(JavaProcess.command(EchoConnections.class, arguments));
    return Client.of(where.start(command.toArray(String[]::new)));
  }

  @Test
  void areEstablishedAndAnsweredAndCounted() throws IOException {
    fixture.translate(agent, pod);
    Client serving = start(server, "serve", Nat64Node.SERVER, "5001");
    assertThat(serving.next()).isEqualTo("ready");

    Client client = start(pod, "open", Nat64Node.SERVER_V6, "5001", String.valueOf(MANY));

    assertThat(client.next()).isEqualTo("open " + MANY);
    assertThat(client.ask()).isEqualTo("answered " + MANY);
    assertThat(
            node.run("conntrack", "-L", "-f", "ipv4", "-p", "tcp", "--state", "ESTABLISHED")
                .lines()
                .filter(line -> line.contains("src=240.64.0.1 ")))
        .hasSize(MANY);
    assertThat(MetricsPage.of(fixture.status))
        .contains("kindnet_nat64_connections_total{protocol=\"tcp\"} " + (double) MANY);
    assertThat(client.ask()).as("again").isEqualTo("answered " + MANY);
  }
}
