package io.kindnet.kindnetd.callserver;

import static io.kindnet.kindnetd.callserver.EnforcingNode.addresses;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.steps.Step;
import io.kindnet.cni.traffic.PacketFlood;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pods that are added while the agent enforces network policies. Each of them tries to send from
 * before it has an interface.
 */
@NetworkNamespaces
class PolicyGateTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int TIMES = 20;
  private static final int MANY = 5_000;

  private final Namespace host;
  private final Namespace pod;
  private final Namespace other;
  private final Path directory;
  private final List<AutoCloseable> opened = new ArrayList<>();

  PolicyGateTest(Namespace host, Namespace pod, Namespace other, @TempDir Path directory) {
    this.host = host;
    this.pod = pod;
    this.other = other;
    this.directory = directory;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable resource : opened) {
      resource.close();
    }
  }

  private EnforcingNode node(String bridge) {
    host.loopbackUp();
    if (!bridge.isEmpty()) {
      host.run("sh", "-c", "test -d /proc/sys/net/bridge || modprobe br_netfilter");
      host.run("sysctl", "-q", "-w", "net.bridge.bridge-nf-call-iptables=0");
      host.run("sysctl", "-q", "-w", "net.bridge.bridge-nf-call-ip6tables=0");
    }
    EnforcingNode node = new EnforcingNode(host, directory, bridge);
    opened.addFirst(node);
    return node;
  }

  private PacketFlood flood(Namespace from, Namespace to, InetAddress address) {
    PacketFlood flood = PacketFlood.start(from, to, address);
    opened.addFirst(flood);
    return flood;
  }

  private List<PacketFlood> floods(Namespace from, Namespace to, JsonNode result) {
    return addresses(result).stream().map(address -> flood(from, to, address)).toList();
  }

  private static void assertNonePass(List<PacketFlood> floods) {
    for (PacketFlood flood : floods) {
      flood.awaitSent(MANY);
      assertThat(flood.received()).isZero();
    }
  }

  private static void assertAllPass(List<PacketFlood> floods) {
    for (PacketFlood flood : floods) {
      flood.awaitReceived(flood.received() + 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "kind-br"})
  void policiesAreInForceBeforeTheFirstPacket(String bridge) {
    EnforcingNode node = node(bridge);
    JsonNode neighbour = node.add("open", "neighbour", other);
    node.agents().denyAllIn("default");
    node.agents().show("default", "web");
    List<PacketFlood> floods = floods(pod, other, neighbour);

    JsonNode web = node.add("default", "web", pod);

    assertNonePass(floods);
    List<PacketFlood> back = floods(other, pod, web);
    assertNonePass(back);
    assertThat(node.pending()).doesNotContain("elements");
    node.agents().removePolicy("default/deny-all");
    assertAllPass(floods);
    assertAllPass(back);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "kind-br"})
  void aPodIsPendingUntilItsPodIsKnown(String bridge) throws Exception {
    EnforcingNode node = node(bridge);
    JsonNode neighbour = node.add("open", "neighbour", other);
    node.agents()
        .put(EnforcingAgents.policy("default", "of-others", EnforcingAgents.labelled("app", "db")));
    List<PacketFlood> floods = floods(pod, other, neighbour);

    JsonNode web = node.add("default", "web", pod);

    assertNonePass(floods);
    assertNonePass(floods(other, pod, web));
    assertThat(node.pending()).contains(addresses(web).getFirst().getHostAddress());
    assertThat(node.metric("kindnet_network_policy_pending_pods")).isEqualTo("1.0");

    node.agents().show("default", "web");
    assertAllPass(floods);
    assertThat(node.pending()).doesNotContain("elements");
    Eventually.within(
        SOON,
        () -> {
          assertThat(node.metric("kindnet_network_policy_pending_pods")).isEqualTo("0.0");
          assertThat(node.metric("kindnet_network_policy_pending_seconds_count")).isEqualTo("1");
        });
  }

  /** The kubelet may be quicker than the agent's watch. */
  @Test
  void anAddWaitsForItsPod() throws Exception {
    EnforcingNode node = node("");
    node.agents().denyAllIn("default");
    node.onStep(step -> {
      if (step == Step.POD_ROUTED) {
        node.agents().show("default", "web");
      }
    });

    JsonNode web = node.add("default", "web", pod);

    assertThat(node.pending()).doesNotContain("elements");
    assertThat(node.mentions(web)).isEqualTo(2);
  }

  @Test
  void isNotInTheWayWhereNoPolicySelectsAnything() {
    EnforcingNode node = node("");
    node.agents().denyAllIn("default");
    long begin = System.nanoTime();

    JsonNode neighbour = node.add("open", "neighbour", other);
    JsonNode unknown = node.add("open", "unknown", pod);

    assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin)).isLessThan(60);
    assertThat(node.mentions(neighbour) + node.mentions(unknown)).isZero();
    assertAllPass(floods(pod, other, neighbour));
  }

  /** No moment with the rules of the pod before, or with nobody's. */
  @Test
  void aReusedAddressIsTheNewPods() {
    EnforcingNode node = node("");
    node.client().ranges("10.244.0.0/31", "fd00:10:244::/127");
    node.agents().denyAllIn("default");
    node.agents().show("default", "first");
    node.agents().show("open", "second");
    node.agents().show("default", "third");
    JsonNode first = node.add("default", "first", pod);
    assertThat(node.mentions(first)).isEqualTo(2);
    node.del("first", pod);

    JsonNode second = node.add("open", "second", other);
    assertThat(addresses(second)).isEqualTo(addresses(first));
    assertThat(node.mentions(second)).isZero();
    node.delCold("second", other);

    node.onStep(step -> {
      if (step == Step.LINK_UP) {
        assertThat(node.mentions(first)).isEqualTo(2);
      }
    });
    JsonNode third = node.add("default", "third", pod);
    assertThat(addresses(third)).isEqualTo(addresses(first));
    assertThat(node.mentions(third)).isEqualTo(2);
  }

  /** A StatefulSet gives a pod the name of the one before, and may give it other labels. */
  @Test
  void aPodOfTheSameNameAsAnotherIsNotThatOne() {
    EnforcingNode node = node("");
    JsonNode neighbour = node.add("open", "neighbour", other);
    node.agents()
        .put(EnforcingAgents.policy("default", "db", EnforcingAgents.labelled("app", "db")));
    node.agents().show("default", "web-0", "first");
    List<PacketFlood> floods = floods(pod, other, neighbour);

    JsonNode second = node.add("default", "web-0", "second", pod);

    assertNonePass(floods);
    assertThat(node.pending()).contains(addresses(second).getFirst().getHostAddress());
    node.agents().show("default", "web-0", "second");
    assertAllPass(floods);
  }

  @Test
  void aDelLeavesNothing() {
    EnforcingNode node = node("");
    node.agents().denyAllIn("default");
    node.agents().show("default", "web");
    JsonNode web = node.add("default", "web", pod);
    JsonNode unknown = node.add("default", "unknown", other);
    assertThat(node.mentions(web)).isEqualTo(2);
    assertThat(node.mentions(unknown)).isEqualTo(2);

    node.del("web", pod);
    node.del("unknown", other);

    Eventually.within(
        SOON,
        () -> {
          assertThat(node.mentions(web)).isZero();
          assertThat(node.mentions(unknown)).isZero();
        });
  }

  /** A call that the agent does not serve, while it enforces policies: its pods are noticed. */
  @Test
  void aColdAddIsNoticed() {
    EnforcingNode node = node("");
    JsonNode neighbour = node.add("open", "neighbour", other);
    node.agents().denyAllIn("default");
    node.agents().show("default", "web");
    Eventually.within(SOON, () -> assertThat(node.rememberedNamespaces()).contains("default"));
    List<PacketFlood> floods = floods(pod, other, neighbour);

    JsonNode web = node.addCold("default", "web", pod);

    assertNonePass(floods);
    Eventually.within(SOON, () -> assertThat(node.pending()).doesNotContain("elements"));
    assertThat(node.mentions(web)).isEqualTo(2);
    assertNonePass(floods);
    node.agents().removePolicy("default/deny-all");
    assertAllPass(floods);
    node.delCold("web", pod);
    assertThat(node.mentions(web)).isZero();
  }

  /** An agent that has no lists from the API server yet, or never gets them. */
  @Test
  void anAddDoesNotWaitWhereNothingIsKnownOfPolicies() {
    host.loopbackUp();
    EnforcingNode node = EnforcingNode.withoutApiServer(host, directory);
    opened.addFirst(node);
    Duration shortest = Duration.ofDays(1);

    for (int time = 0; time < TIMES; time++) {
      long begin = System.nanoTime();
      node.add("default", "web", pod);
      Duration taken = Duration.ofNanos(System.nanoTime() - begin);
      shortest = taken.compareTo(shortest) < 0 ? taken : shortest;
      node.del("web", pod);
    }

    assertThat(shortest).as("of which a wait would be a second").isLessThan(Duration.ofSeconds(1));
  }

  /** Where there is no answer from who brings policies into the kernel, calls do what they can. */
  @Test
  void anAddDoesNotWaitForeverForTheReconciler() throws Exception {
    EnforcingNode node = node("");
    JsonNode neighbour = node.add("open", "neighbour", other);
    node.agents().denyAllIn("default");
    node.agents().show("default", "web");
    Eventually.within(SOON, () -> assertThat(node.rememberedNamespaces()).contains("default"));
    List<PacketFlood> floods = floods(pod, other, neighbour);

    node.agents().stopEnforcing();
    CompletableFuture<JsonNode> add =
        CompletableFuture.supplyAsync(() -> node.add("default", "web", pod));
    JsonNode web = add.get(SOON.toSeconds(), TimeUnit.SECONDS);

    assertNonePass(floods);
    assertThat(node.pending()).contains(addresses(web).getFirst().getHostAddress());
  }

  /** A socket needs no privilege to send from any address (IPV6_FREEBIND), or a link-local one. */
  @ParameterizedTest
  @ValueSource(strings = {"", "kind-br"})
  void aPodIsNotTakenForItsNodeByTheAddressThatItSendsFrom(String bridge) throws Exception {
    EnforcingNode node = node(bridge);
    node.agents().denyAllIn("default");
    node.agents().show("default", "web");
    node.agents().show("default", "neighbour");
    JsonNode neighbour = node.add("default", "neighbour", other);
    JsonNode web = node.add("default", "web", pod);
    InetAddress target = addresses(neighbour).getLast();
    String gateway = web.path("ips").path(1).path("gateway").asText();
    host.run("ip", "-6", "address", "add", "fd99::1/128", "dev", "lo");
    pod.run("ip", "-6", "address", "add", "fd99::1/128", "dev", "eth0", "nodad");
    pod.run("ip", "-6", "route", "add", target.getHostAddress(), "via", gateway, "src", "fd99::1");

    assertNonePass(List.of(flood(pod, other, target)));
    assertNonePass(List.of(flood(pod, host, linkLocalOfNode(bridge))));
  }

  /** With the index of the interface that the pod has it behind. */
  private InetAddress linkLocalOfNode(String bridge) throws UnknownHostException {
    int index =
        Integer.parseInt(pod.run("ip", "-o", "link", "show", "eth0").replaceAll("(?s):.*", ""));
    String link =
        bridge.isEmpty()
            ? host.run("ip", "-o", "link", "show", "type", "veth")
                .lines()
                .toList()
                .getLast()
                .replaceAll("^\\d+: ([^@]+)@.*", "$1")
            : bridge;
    String text =
        host.run("ip", "-o", "-6", "address", "show", "dev", link, "scope", "link")
            .replaceAll("(?s).* inet6 (fe80[^/]*)/.*", "$1");
    return Inet6Address.getByAddress("", IpAddresses.parse(text).getAddress(), index);
  }
}
