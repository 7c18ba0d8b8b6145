package io.kindnet.bench;

import io.kindnet.kube.testing.ApiServerProcess;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.measuring.ProcessFiles;
import io.kindnet.netlink.testing.CommandResult;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Machine;
import io.kindnet.netlink.testing.Namespace;
import java.util.List;

/**
 * A node of a cluster with IPv6 only, a pod on it, and a server outside, which the pod reaches by
 * each of the {@link Way}s: on its own IPv6 address, and on its IPv4 address by NAT64.
 */
final class Nat64Node implements AutoCloseable {
  /** How packets get from the pod to the server and back. */
  enum Way {
    FORWARDED("IPv6, forwarded", "2001:db8:1::9"),
    MASQUERADED("IPv6, masqueraded", "2001:db8:2::9"),
    KINDNET("NAT64, kindnet", "64:ff9b::198.51.100.9"),
    TAYGA("NAT64, TAYGA", "2001:db8:64::198.51.100.9");

    private final String words;
    private final String server;

    Way(String words, String server) {
      this.words = words;
      this.server = server;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  /** Who sends first has the one CPU to itself, the server the other one. */
  private static final int CLIENT_CPU = 1;

  private static final int SERVER_CPU = 0;

  private static final String NAME = "node0";
  private static final int API_PORT = 18_080;
  private static final String POD_CIDR = "fd00:10:244:1::/64";

  private final Connections connections;
  private final Tayga tayga;
  private final ApiServerProcess api;
  private final BenchAgent agent;
  private final Namespace client;

  Nat64Node(BenchFixture fixture, Connections connections) {
    this.connections = connections;
    Node node = fixture.node("nat64");
    Machine machine = node.machine();
    machine.run("mkdir", "-p", "/var/lib/cni-kindnet", "/run/kindnet");
    Namespace server = fixture.podNamespace();
    connect(machine.namespace(), server);
    connections.serve(server, pinned(SERVER_CPU));
    tayga = Tayga.start(machine);
    api = ApiServerProcess.start(machine.namespace(), "192.0.2.2", API_PORT);
    api.apply(Nodes.node(NAME, List.of(POD_CIDR), List.of("2001:db8::2")));
    agent =
        BenchAgent.launch(
            node,
            fixture.agentProgram(),
            "--master=" + api.url(),
            "--hostname-override=" + NAME,
            "--no-masquerade-cidr=2001:db8:1::/64," + Tayga.PREFIX,
            "--nat64-allow=198.51.100.0/24",
            "--fastpath-threshold=0");
    agent.await(() -> machine.run("curl", "-sSf", "http://127.0.0.1:19080/readyz"));
    agent.await(() -> machine.run("test", "-S", "/run/kindnet/cni.sock"));
    node.meter().watch(agent.pid());
    client = fixture.podNamespace();
    NetworkConfiguration network = NetworkConfiguration.kindnet("kindnet-ipv6", List.of(POD_CIDR));
    new Directly(node.meter()::run, network).add(new Pod("client", client.path(), 0));
    for (Way way : Way.values()) {
      agent.await(() -> requireConnection(way));
    }
  }

  private static void connect(Namespace node, Namespace server) {
    node.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1");
    node.connect("uplink", server, "eth0");
    Ip.batch(
        node,
        """
        addr add 198.51.100.1/24 dev uplink
        addr add 2001:db8:1::1/64 dev uplink nodad
        addr add 2001:db8:2::1/64 dev uplink nodad
        route replace default via 198.51.100.9
        """);
    Ip.batch(
        server,
        """
        addr add 198.51.100.9/24 dev eth0
        addr add 2001:db8:1::9/64 dev eth0 nodad
        addr add 2001:db8:2::9/64 dev eth0 nodad
        route add %s via 2001:db8:1::1
        """
            .formatted(POD_CIDR));
  }

  private static String[] pinned(int cpu) {
    return new String[] {"taskset", "-c", String.valueOf(cpu)};
  }

  private void requireConnection(Way way) {
    CommandResult asked = connections.tryConnect(client, way.server, Connections.PORT);
    if (!asked.succeeded()) {
      throw new AssertionError("no connection, " + way + ": " + asked.stderr());
    }
  }

  /** One figure of {@link Connections#measure}. */
  double measure(Way way, String what, int number) {
    return connections.measure(client, what, way.server, number, pinned(CLIENT_CPU));
  }

  ProcessFiles agentProcess() {
    return agent.process();
  }

  @Override
  public void close() {
    agent.close();
    api.close();
    tayga.close();
  }
}
