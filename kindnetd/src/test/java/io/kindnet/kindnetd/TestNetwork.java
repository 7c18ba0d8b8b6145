package io.kindnet.kindnetd;

import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;

/**
 * The network that all nodes of a test are on, with a router that is the way to everywhere else:
 * 192.0.2.254 and 2001:db8::fe.
 */
final class TestNetwork {
  static final String ROUTER_V4 = "192.0.2.254";
  static final String ROUTER_V6 = "2001:db8::fe";

  private final Namespace router;

  TestNetwork(Namespace router) {
    this.router = router;
    router.loopbackUp();
    Ip.batch(
        router,
        """
        link add segment type bridge
        address add 192.0.2.254/24 dev segment
        address add 2001:db8::fe/64 dev segment nodad
        link set segment up
        """);
  }

  /** Connects {@code node}, which gets 192.0.2.NUMBER and 2001:db8::NUMBER. */
  void plug(Namespace node, int number) {
    node.loopbackUp();
    node.connect("eth0", router, "port" + number);
    Ip.run(router, "link", "set", "port" + number, "master", "segment");
    node.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
    Ip.batch(
        node,
        """
        address add 192.0.2.%1$d/24 dev eth0
        address add 2001:db8::%1$d/64 dev eth0 nodad
        route add default via 192.0.2.254
        route add default via 2001:db8::fe
        """
            .formatted(number));
  }

  /** Gives {@code node} a pod with 10.244.NUMBER.5 and fd00:NUMBER::5. */
  static void addPod(Namespace node, int number, Namespace pod) {
    pod.loopbackUp();
    pod.connect("eth0", node, "pod");
    Ip.batch(
        pod,
        """
        address add 10.244.%1$d.5/24 dev eth0
        address add fd00:%1$d::5/64 dev eth0 nodad
        route add default via 10.244.%1$d.1
        route add default via fd00:%1$d::1
        """
            .formatted(number));
    Ip.batch(
        node,
        """
        address add 10.244.%1$d.1/24 dev pod
        address add fd00:%1$d::1/64 dev pod nodad
        """
            .formatted(number));
  }
}
