package io.kindnet.kindnetd.nat64;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.AgentProcess;
import io.kindnet.kindnetd.nat64.EchoConnections.Client;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.JavaProcess;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kindnetd as a process that is killed in the middle of traffic, on a node whose pods another
 * plugin connects.
 */
@NetworkNamespaces
@Tag("bpf")
class KilledNat64Test {
  private static final int CONNECTIONS = 50;
  private static final int ROUNDS = 20;

  private final Namespace node;
  private final Namespace pod;
  private final Namespace server;
  private final Nat64Cluster cluster;

  KilledNat64Test(
      Namespace node, Namespace pod, Namespace router, Namespace server, @TempDir Path directory) {
    this.node = node;
    this.pod = pod;
    this.server = server;
    cluster = new Nat64Cluster(node, router, server, directory);
    cluster.plug("veth1", pod, Nat64Node.POD);
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private boolean pings() {
    return pod.tryRun("ping", "-c", "1", "-W", "2", Nat64Node.SERVER_V6).succeeded();
  }

  private String links() {
    return node.run("ip", "-o", "link", "show", "type", "veth");
  }

  @Test
  void nothingChangesForPodsAndTheNextOneTakesOver() throws Exception {
    Client client;
    Process pinging;
    String links;
    try (AgentProcess first = cluster.agent()) {
      assertThat(pings()).as("of a Pod that nobody knows").isFalse();
      cluster.addPod("client", Nat64Node.POD);
      Eventually.within(Nat64Cluster.DEADLINE, () -> assertThat(pings()).as(first.log()).isTrue());
      links = links();
      client = connections();
      pinging = pod.start("ping", "-q", "-i", "0.02", Nat64Node.SERVER_V6);
      ask(client);
      first.stop("KILL");
    }
    ask(client);
    try (AgentProcess next = cluster.agent()) {
      Eventually.within(
          Nat64Cluster.DEADLINE,
          () -> {
            ask(client);
            assertThat(next.get("/readyz")).as(next.log()).contains(", 1 pods");
          });
      ask(client);
      assertThat(endOf(pinging)).contains(" 0% packet loss");
      assertThat(links()).isEqualTo(links);
      assertThat(next.log()).doesNotContain("put right");

      cluster.deletePod("client");
      Eventually.within(
          Nat64Cluster.DEADLINE,
          () ->
              assertThat(node.run("conntrack", "-L", "-f", "ipv4"))
                  .as("what a Pod had that is gone")
                  .doesNotContain("src=240.64.0.1 "));
      assertThat(pings()).isFalse();
    }
  }

  private Client connections() throws IOException {
    Client serving =
        Client.of(
            server.start(
                JavaProcess.command(EchoConnections.class, "serve", Nat64Node.SERVER, "5001")
                    .toArray(String[]::new)));
    assertThat(serving.next()).isEqualTo("ready");
    Client client =
        Client.of(
            pod.start(
                JavaProcess.command(
                        EchoConnections.class,
                        "open",
                        Nat64Node.SERVER_V6,
                        "5001",
                        String.valueOf(CONNECTIONS))
                    .toArray(String[]::new)));
    assertThat(client.next()).isEqualTo("open " + CONNECTIONS);
    return client;
  }

  private static void ask(Client client) throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      assertThat(client.ask()).isEqualTo("answered " + CONNECTIONS);
    }
  }

  /** What {@code ping} has counted until now. */
  private String endOf(Process ping) throws IOException {
    pod.run("kill", "-INT", String.valueOf(ping.pid()));
    return new String(ping.getInputStream().readAllBytes(), UTF_8);
  }
}
