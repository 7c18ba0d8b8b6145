package io.kindnet.demo;

import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.JavaProcess;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Transport;

/**
 * What a data centre gives a cluster: one segment that all nodes are on, a router on it, and a host
 * far away that knows a way back to the nodes, but none to the pods.
 */
final class Infrastructure implements AutoCloseable {
  static final String ROUTER_V4 = "172.30.0.1";
  static final String ROUTER_V6 = "fd00:172:30::1";
  static final String OUTSIDE_V4 = "198.51.100.10";
  static final String OUTSIDE_V6 = "2001:db8:51::10";
  static final int OUTSIDE_PORT = 80;

  private final Namespace router;
  private final Namespace outside;
  private final EchoPeer outsideHost;
  private final Process nameServer;

  private Infrastructure(Namespace router, Namespace outside) {
    this.router = router;
    this.outside = outside;
    outsideHost =
        EchoPeer.in(outside, "outside")
            .listen(Transport.TCP, OUTSIDE_V4, OUTSIDE_PORT)
            .listen(Transport.TCP, OUTSIDE_V6, OUTSIDE_PORT)
            .listen(Transport.UDP, OUTSIDE_V4, OUTSIDE_PORT);
    nameServer =
        outside.start(JavaProcess.command(NameServer.class, OUTSIDE_V4).toArray(String[]::new));
  }

  static Infrastructure create(Progress progress) {
    progress.step("a segment for the nodes, a router on it, a host outside");
    Namespace router = Namespace.create("router");
    Namespace outside = Namespace.create("outside");
    router.loopbackUp();
    router.run("ip", "link", "add", "name", "segment", "type", "bridge");
    router.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
    router.run("ip", "address", "add", ROUTER_V4 + "/16", "dev", "segment");
    router.run("ip", "address", "add", ROUTER_V6 + "/64", "dev", "segment", "nodad");
    router.run("ip", "link", "set", "segment", "up");
    outside.connect("eth0", router, "uplink");
    addresses(router, "uplink", "198.51.100.1/24", "2001:db8:51::1/64");
    addresses(outside, "eth0", OUTSIDE_V4 + "/24", OUTSIDE_V6 + "/64");
    // only the nodes' network is known outside: what comes from a pod's own address gets no answer
    outside.run("ip", "route", "add", "172.30.0.0/16", "via", "198.51.100.1");
    outside.run("ip", "-6", "route", "add", "fd00:172:30::/64", "via", "2001:db8:51::1");
    return new Infrastructure(router, outside);
  }

  /** Plugs a node into the segment and gives it addresses and a default route. */
  void plug(Namespace node, int number, String addressV4, String addressV6) {
    node.connect("eth0", router, "port" + number);
    router.run("ip", "link", "set", "port" + number, "master", "segment");
    addresses(node, "eth0", addressV4 + "/16", addressV6 + "/64");
    node.run("ip", "route", "add", "default", "via", ROUTER_V4);
    node.run("ip", "-6", "route", "add", "default", "via", ROUTER_V6);
  }

  /** Where the API server runs. */
  Namespace router() {
    return router;
  }

  /** The host far away: a client, and a server on port {@link #OUTSIDE_PORT}. */
  EchoPeer outsideHost() {
    return outsideHost;
  }

  private static void addresses(
      Namespace namespace, String name, String addressV4, String addressV6) {
    namespace.run("ip", "address", "add", addressV4, "dev", name);
    namespace.run("ip", "address", "add", addressV6, "dev", name, "nodad");
  }

  @Override
  public void close() {
    nameServer.destroyForcibly().onExit().join();
    outsideHost.close();
    outside.close();
    router.close();
  }
}
