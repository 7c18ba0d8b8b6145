package io.kindnet.cni;

import static io.kindnet.netlink.ip.IpAddresses.parse;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.netlink.testing.Deadlines;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A node with an uplink, two namespaces for its pods, and someone outside behind a router, who
 * knows the way to the pods. Tries the ways on which packets of pods go.
 */
final class PodTraffic implements AutoCloseable {
  static final String RANGE_V4 = "10.244.1.0/24";
  static final String RANGE_V6 = "fd00:1::/64";
  private static final List<InetAddress> NODE = List.of(parse("192.0.2.1"), parse("2001:db8::1"));
  private static final List<InetAddress> OUTSIDE =
      List.of(parse("198.51.100.1"), parse("2001:db8:1::1"));

  /** For what the kernel does only after a second: asking for a neighbour again. */
  private static final Duration TIMEOUT = Deadlines.scaled(Duration.ofSeconds(15));

  private final Namespace host;
  private final UdpEcho node;
  private final UdpEcho outside;
  private final UdpEcho first;
  private final UdpEcho second;

  PodTraffic(Namespace host, Namespace outside, Namespace first, Namespace second) {
    this.host = host;
    host.loopbackUp();
    outside.loopbackUp();
    host.connect("eth0", outside, "eth0");
    host.addAddress("eth0", "192.0.2.1/24");
    host.addAddress("eth0", "2001:db8::1/64");
    outside.addAddress("eth0", "192.0.2.254/24");
    outside.addAddress("eth0", "2001:db8::fe/64");
    outside.addAddress("lo", "198.51.100.1/32");
    outside.addAddress("lo", "2001:db8:1::1/128");
    Ip.batch(
        outside,
        """
        route add %s via 192.0.2.1
        route add %s via 2001:db8::1
        """
            .formatted(RANGE_V4, RANGE_V6));
    restoreNode();
    this.node = UdpEcho.in(host);
    this.outside = UdpEcho.in(outside);
    this.first = UdpEcho.in(first);
    this.second = UdpEcho.in(second);
  }

  /** Gives the node its addresses and its default routes, where they are missing. */
  void restoreNode() {
    Ip.batch(
        host,
        """
        address replace 192.0.2.1/24 dev eth0
        address replace 2001:db8::1/64 dev eth0 nodad
        route replace default via 192.0.2.254
        route replace default via 2001:db8::fe
        """);
  }

  /**
   * The ways on which packets do not come through, each named by its ends and its family; empty if
   * all do. The first packets of each pod are among them: those from the first one and those to the
   * second.
   *
   * @param one the result of the first pod's ADD
   * @param other that of the second pod's
   */
  List<String> failures(JsonNode one, JsonNode other) {
    List<String> failures = new ArrayList<>();
    int families = one.path("ips").size();
    for (int at = 0; at < families; at++) {
      InetAddress addressOfOne = address(one, at);
      InetAddress addressOfOther = address(other, at);
      int family = addressOfOne.getAddress().length == 4 ? 0 : 1;
      String of = family == 0 ? " IPv4" : " IPv6";
      require(failures, "pod to outside" + of, first, OUTSIDE.get(family));
      require(failures, "outside to pod" + of, outside, addressOfOther);
      require(failures, "pod to pod" + of, first, addressOfOther);
      require(failures, "pod to pod, back" + of, second, addressOfOne);
      require(failures, "pod to node" + of, second, NODE.get(family));
      require(failures, "node to pod" + of, node, addressOfOne);
    }
    return failures;
  }

  private static void require(List<String> failures, String way, UdpEcho from, InetAddress to) {
    if (!from.reaches(to, TIMEOUT)) {
      failures.add(way);
    }
  }

  private static InetAddress address(JsonNode result, int at) {
    return parse(result.at("/ips/" + at + "/address").asText().replaceFirst("/.*", ""));
  }

  @Override
  public void close() {
    node.close();
    outside.close();
    first.close();
    second.close();
  }
}
