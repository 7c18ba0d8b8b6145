package io.kindnet.e2e.cluster;

import io.kindnet.netlink.testing.Eventually;
import java.time.Duration;
import java.util.List;

/**
 * What a data centre gives a cluster: a segment with all nodes on it, and a router to elsewhere.
 */
final class Network {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private Network() {}

  /** Makes a machine the router. */
  static void router(Machine router) {
    router.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
    if (!has(router, "segment")) {
      router.run("ip", "link", "add", "name", "segment", "type", "bridge");
    }
    address(router, "segment", Addresses.CONTROL_V4 + "/16");
    address(router, "segment", Addresses.CONTROL_V6 + "/64");
    router.run("ip", "link", "set", "segment", "up");
  }

  /** Puts node number {@code n} on the segment. */
  static void plug(Machine router, Machine node, int n) {
    String port = "port" + n;
    connect(router, port, node);
    router.run("ip", "link", "set", port, "master", "segment");
    List<String> addresses = Addresses.ofNode(n);
    address(node, "eth0", addresses.getFirst() + "/16");
    address(node, "eth0", addresses.getLast() + "/64");
    node.run("ip", "route", "replace", "default", "via", Addresses.CONTROL_V4);
    node.run("ip", "-6", "route", "replace", "default", "via", Addresses.CONTROL_V6);
  }

  /** Connects a host that is on another network and knows of the nodes' network only. */
  static void elsewhere(Machine router, Machine outside) {
    connect(router, "uplink", outside);
    address(router, "uplink", Addresses.TO_OUTSIDE_V4 + "/24");
    address(router, "uplink", Addresses.TO_OUTSIDE_V6 + "/64");
    address(outside, "eth0", Addresses.OUTSIDE_V4 + "/24");
    address(outside, "eth0", Addresses.OUTSIDE_V6 + "/64");
    outside.run("ip", "route", "replace", Addresses.NODES_V4, "via", Addresses.TO_OUTSIDE_V4);
    outside.run("ip", "-6", "route", "replace", Addresses.NODES_V6, "via", Addresses.TO_OUTSIDE_V6);
  }

  /** A cable from {@code port} of the router to a machine's {@code eth0}. */
  private static void connect(Machine router, String port, Machine machine) {
    if (!has(machine, "eth0")) {
      lay(router, port, machine);
    }
    router.run("ip", "link", "set", port, "up");
    machine.run("ip", "link", "set", "eth0", "up");
  }

  private static void lay(Machine router, String port, Machine machine) {
    // that of a machine that has just gone takes the kernel a moment to remove
    router.attempt("ip", "link", "delete", port);
    Eventually.within(
        DEADLINE,
        () -> {
          if (has(router, port)) {
            throw new AssertionError(port + " of an earlier " + machine.name() + " stays");
          }
        });
    // in the namespaces of the network only: the process is numbered as it is outside
    Command.run(
        List.of(
            "nsenter",
            "--target=" + router.requireInit(),
            "--net",
            "ip",
            "link",
            "add",
            port,
            "type",
            "veth",
            "peer",
            "name",
            "eth0",
            "netns",
            String.valueOf(machine.requireInit())));
  }

  private static void address(Machine machine, String link, String address) {
    String[] command = {"ip", "address", "replace", address, "dev", link};
    // an IPv6 address that is checked for duplicates first does not answer at once
    if (address.contains(":")) {
      command = Command.join(List.of(command), "nodad").toArray(String[]::new);
    }
    machine.run(command);
  }

  private static boolean has(Machine machine, String link) {
    return machine.attempt("ip", "link", "show", link).exit() == 0;
  }
}
