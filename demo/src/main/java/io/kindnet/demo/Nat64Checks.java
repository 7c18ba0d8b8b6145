package io.kindnet.demo;

import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Transport;
import java.time.Duration;
import java.util.List;

/** A pod that has IPv6 only reaches a server by its address of IPv4. */
final class Nat64Checks {
  private static final Duration DEADLINE = Duration.ofMinutes(1);

  /** The host outside by IPv4, as such pods name it. */
  private static final String SERVER = "64:ff9b::" + Infrastructure.OUTSIDE_V4;

  private static final int PORT = Infrastructure.OUTSIDE_PORT;

  private final Report report;
  private final DemoNode node;
  private final Pod pod;

  private Nat64Checks(Report report, DemoNode node, Pod pod) {
    this.report = report;
    this.node = node;
    this.pod = pod;
  }

  static void runAll(Cluster cluster, Report report) {
    DemoNode node = cluster.addIpv6OnlyNode();
    Pod pod = node.addPod(CallPath.WARM, "pod-" + node.name(), List.of());
    new Nat64Checks(report, node, pod).run();
    Cluster.removePods(node, CallPath.WARM, report);
  }

  private void run() {
    report.check("NAT64: the pod has no address of IPv4", this::addresses);
    report.check("NAT64: " + SERVER + " over TCP, seen as the node", () -> ask(Transport.TCP));
    report.check("NAT64: the same over UDP", () -> ask(Transport.UDP));
    report.check("NAT64: ping, and a server that is not global", this::ping);
    node.showNat64(report);
    report.check(
        "NAT64: kindnetd is killed, the kernel goes on",
        () -> {
          node.killAgent();
          String seen = Checks.expect(pod.peer(), Transport.TCP, SERVER, PORT, "outside", seenAs());
          node.startAgent();
          node.awaitReady();
          return seen;
        });
  }

  private String addresses() {
    String ipv4 = pod.namespace().run("ip", "-brief", "-4", "address", "show", "dev", "eth0");
    if (!ipv4.isBlank() || !pod.addressV4().isEmpty()) {
      throw new AssertionError("it has " + ipv4);
    }
    return pod.addressV6();
  }

  /** The first packet may come a moment before the agent has heard of the pod. */
  private String ask(Transport transport) {
    String[] seen = {""};
    Eventually.within(
        DEADLINE,
        () -> seen[0] = Checks.expect(pod.peer(), transport, SERVER, PORT, "outside", seenAs()));
    return seen[0];
  }

  private String seenAs() {
    return node.addressV4();
  }

  private String ping() {
    pod.namespace().run("ping", "-c", "1", "-W", "5", SERVER);
    String refused =
        pod.namespace().tryRun("ping", "-c", "1", "-W", "5", "64:ff9b::10.0.0.1").stdout();
    if (!refused.contains("Administratively prohibited")) {
      throw new AssertionError("10.0.0.1 is not refused: " + refused);
    }
    return "an answer; 10.0.0.1 is administratively prohibited";
  }
}
