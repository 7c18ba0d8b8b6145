package io.kindnet.demo;

import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoReply;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.Transport;
import java.net.InetAddress;

/** Every way that packets go in a cluster, tried once in each family. */
final class Checks {
  private static final int PORT = Cluster.HOST_PORTS.getFirst().port();
  private static final int UDP_PORT = Cluster.HOST_PORTS.getLast().port();

  private final Cluster cluster;
  private final Report report;

  private Checks(Cluster cluster, Report report) {
    this.cluster = cluster;
    this.report = report;
  }

  static void runAll(Cluster cluster, Report report) {
    Checks checks = new Checks(cluster, report);
    checks.podToPod();
    checks.podToOutside();
    checks.hostPorts();
  }

  private void podToPod() {
    Pod first = cluster.dualStackNodes().getFirst().pods().getFirst();
    Pod neighbour = cluster.dualStackNodes().getFirst().pods().getLast();
    both("pod to pod on one node", first.peer(), neighbour, first.addressV4(), first.addressV6());
    for (DemoNode node : cluster.dualStackNodes().subList(1, cluster.dualStackNodes().size())) {
      Pod remote = node.pods().getFirst();
      both(
          "pod to pod on " + node.name() + ", not masqueraded",
          first.peer(),
          remote,
          first.addressV4(),
          first.addressV6());
      both("and back", remote.peer(), first, remote.addressV4(), remote.addressV6());
    }
    DemoNode other = cluster.dualStackNodes().getLast();
    report.check(
        "node to a pod of another node",
        () ->
            expect(
                cluster.dualStackNodes().getFirst().host(),
                Transport.TCP,
                other.pods().getFirst().addressV4(),
                Pod.PORT,
                other.pods().getFirst().name(),
                ""));
  }

  private void podToOutside() {
    DemoNode node = cluster.dualStackNodes().getFirst();
    EchoPeer pod = node.pods().getFirst().peer();
    int port = Infrastructure.OUTSIDE_PORT;
    report.check(
        "pod to the outside, masqueraded, IPv4",
        () ->
            expect(
                pod, Transport.TCP, Infrastructure.OUTSIDE_V4, port, "outside", node.addressV4()));
    report.check(
        "pod to the outside, masqueraded, IPv6",
        () ->
            expect(
                pod, Transport.TCP, Infrastructure.OUTSIDE_V6, port, "outside", node.addressV6()));
    report.check(
        "pod to the outside, masqueraded, UDP",
        () ->
            expect(
                pod, Transport.UDP, Infrastructure.OUTSIDE_V4, port, "outside", node.addressV4()));
  }

  private void hostPorts() {
    DemoNode node = cluster.dualStackNodes().getFirst();
    Pod server = node.pods().getFirst();
    EchoPeer outside = cluster.infrastructure().outsideHost();
    EchoPeer remotePod = cluster.dualStackNodes().getLast().pods().getLast().peer();
    hostPort(
        "from the outside, client address kept",
        outside,
        node,
        Infrastructure.OUTSIDE_V4,
        Infrastructure.OUTSIDE_V6);
    hostPort("from the node itself", node.host(), node, "", "");
    hostPort("from another pod of the node", node.pods().getLast().peer(), node, "", "");
    hostPort("from the pod itself", server.peer(), node, "", "");
    hostPort("from a pod of another node", remotePod, node, "", "");
    report.check(
        "host port on 127.0.0.1 of the node",
        () -> expect(node.host(), Transport.TCP, "127.0.0.1", PORT, server.name(), ""));
    report.check(
        "host port over UDP from the outside",
        () ->
            expect(
                outside,
                Transport.UDP,
                node.addressV4(),
                UDP_PORT,
                server.name(),
                Infrastructure.OUTSIDE_V4));
    report.check(
        "host port over UDP on 127.0.0.1 of the node",
        () -> expect(node.host(), Transport.UDP, "127.0.0.1", UDP_PORT, server.name(), ""));
  }

  private void hostPort(String what, EchoPeer client, DemoNode node, String seenV4, String seenV6) {
    String name = node.pods().getFirst().name();
    report.check(
        "host port " + what + ", IPv4",
        () -> expect(client, Transport.TCP, node.addressV4(), PORT, name, seenV4));
    report.check(
        "host port " + what + ", IPv6",
        () -> expect(client, Transport.TCP, node.addressV6(), PORT, name, seenV6));
  }

  private void both(String what, EchoPeer client, Pod server, String seenV4, String seenV6) {
    report.check(
        what + ", IPv4",
        () -> expect(client, Transport.TCP, server.addressV4(), Pod.PORT, server.name(), seenV4));
    report.check(
        what + ", IPv6",
        () -> expect(client, Transport.TCP, server.addressV6(), Pod.PORT, server.name(), seenV6));
  }

  /**
   * Asks and compares who answered, and as whom the server saw the client.
   *
   * @param seenAs the address that the server must have seen; empty for any
   */
  static String expect(
      EchoPeer client,
      Transport transport,
      String address,
      int port,
      String server,
      String seenAs) {
    EchoReply reply = client.ask(EchoRequest.to(transport, address, port));
    String seen = reply.peer().getHostAddress();
    if (!reply.server().equals(server)) {
      throw new AssertionError(reply.server() + " answered instead of " + server);
    }
    if (!seenAs.isEmpty() && !reply.peer().equals(InetAddress.ofLiteral(seenAs))) {
      throw new AssertionError(server + " saw " + seen + " instead of " + seenAs);
    }
    return server + " answered and saw " + seen;
  }
}
