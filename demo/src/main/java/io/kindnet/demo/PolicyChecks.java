package io.kindnet.demo;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A policy that denies, and one that allows. */
final class PolicyChecks {
  private static final Duration DEADLINE = Duration.ofMinutes(1);

  /** So long nobody answers when a connection is taken for denied. */
  private static final Duration SILENCE = Duration.ofMillis(700);

  private final Cluster cluster;
  private final Report report;
  private final DemoNode node;
  private final Pod server;
  private final Pod neighbour;
  private final Pod remote;

  private PolicyChecks(Cluster cluster, Report report) {
    this.cluster = cluster;
    this.report = report;
    node = cluster.dualStackNodes().getFirst();
    server = node.pods().getFirst();
    neighbour = node.pods().getLast();
    remote = cluster.dualStackNodes().getLast().pods().getLast();
  }

  /** Leaves no policy behind. */
  static void runAll(Cluster cluster, Report report) {
    new PolicyChecks(cluster, report).run();
  }

  private void run() {
    List<HasMetadata> pods = PolicyObjects.pods(cluster.dualStackNodes());
    NetworkPolicy deny = PolicyObjects.denyAll(server);
    NetworkPolicy allow = PolicyObjects.allow(remote, server);
    cluster.apply(PolicyObjects.namespace());
    pods.forEach(cluster::apply);
    try {
      cluster.apply(deny);
      denied("a policy denies: from a pod of the node", neighbour.peer(), Transport.TCP);
      denied("a policy denies: from a pod of another node", remote.peer(), Transport.TCP);
      reached(
          "a policy denies: the pod's own node reaches it, as kubelet's probes do", node.host());
      report.check("a policy denies: the pod itself reaches others", this::serverReaches);
      report.check("a policy denies: kindnetd trace names the rule that drops", this::traced);
      cluster.apply(allow);
      reached("a policy allows one pod: that pod, by TCP", remote.peer());
      denied("a policy allows one pod: that pod, by UDP", remote.peer(), Transport.UDP);
      denied("a policy allows one pod: another one", neighbour.peer(), Transport.TCP);
      node.showPolicies(report);
    } finally {
      cluster.delete(allow);
      cluster.delete(deny);
    }
    reached("both policies are deleted", neighbour.peer());
    pods.forEach(cluster::delete);
  }

  private List<String> addresses() {
    return List.of(server.addressV4(), server.addressV6());
  }

  private void reached(String what, EchoPeer client) {
    report.check(
        what,
        () -> {
          for (String address : addresses()) {
            EchoRequest request =
                EchoRequest.tcp(address, Pod.PORT).waiting(SILENCE.multipliedBy(4));
            Eventually.within(DEADLINE, () -> client.ask(request));
          }
          return server.name() + " answers, IPv4 and IPv6";
        });
  }

  /** In both families, and again after the last one, as after a change that comes in two parts. */
  private void denied(String what, EchoPeer client, Transport transport) {
    report.check(
        what,
        () -> {
          List<String> tried = new ArrayList<>(addresses());
          tried.addAll(addresses());
          for (String address : tried) {
            EchoRequest request = EchoRequest.to(transport, address, Pod.PORT).waiting(SILENCE);
            Eventually.within(
                DEADLINE,
                () ->
                    client
                        .tryAsk(request)
                        .ifPresent(reply -> {
                          throw new AssertionError(reply.server() + " answers at " + address);
                        }));
          }
          return "no answer, IPv4 and IPv6";
        });
  }

  private String traced() {
    EchoRequest request = EchoRequest.tcp(server.addressV4(), Pod.PORT).waiting(SILENCE);
    String story = node.trace(server, () -> neighbour.peer().tryAsk(request), report);
    return story
        .lines()
        .filter(line -> line.contains("  dropped ") && line.contains("kindnet-network-policies"))
        .map(String::strip)
        .findFirst()
        .orElseThrow(() -> new AssertionError("nothing was dropped: " + story));
  }

  private String serverReaches() {
    return server.ask(Transport.TCP, neighbour.addressV4(), Pod.PORT).server() + " answers";
  }
}
