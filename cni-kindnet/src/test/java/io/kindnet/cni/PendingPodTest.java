package io.kindnet.cni;

import static io.kindnet.netlink.ip.IpAddresses.parse;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.PolicyNamespaces;
import io.kindnet.cni.store.Store;
import io.kindnet.cni.traffic.PacketFlood;
import io.kindnet.netlink.testing.Deadlines;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A pod that is added while no agent is there to enforce network policies. The agent has left in
 * the database where policies may select pods, and its table in the kernel.
 */
@NetworkNamespaces
class PendingPodTest {
  private static final Duration ANSWER = Deadlines.scaled(Duration.ofSeconds(5));

  /** Within a machine an answer takes microseconds. */
  private static final Duration SILENCE = Duration.ofMillis(300);

  private static final String TABLE = "kindnet-network-policies";

  /** As much of the agent's table as a call may meet. */
  private static final String TABLE_OF_AGENT =
      """
      table inet kindnet-network-policies {
        set pending-v4 { type ipv4_addr; }
        set pending-v6 { type ipv6_addr; }
        set podips-v4 { type ipv4_addr; }
        set self-v4 { type ipv4_addr . ipv4_addr; }
        map egress-v4 { type ipv4_addr : verdict; }
        map ingress-v4 { type ipv4_addr : verdict; }
        map ingress-v6 { type ipv6_addr : verdict; }
        chain class { counter drop; }
        chain postrouting {
          type filter hook postrouting priority srcnat - 5; policy accept;
          ct direction reply ct state established,related accept
          icmpv6 type 133-137 accept
          ip saddr @pending-v4 counter drop
          ip6 saddr @pending-v6 counter drop
          ip saddr vmap @egress-v4
          iif 0 fib saddr type local accept
          ip daddr @pending-v4 counter drop
          ip6 daddr @pending-v6 counter drop
          ip daddr vmap @ingress-v4
          ip6 daddr vmap @ingress-v6
        }
        chain input {
          type filter hook input priority 101; policy accept;
          ct direction reply ct state established,related accept
          icmpv6 type 133-137 accept
          ip saddr @pending-v4 counter drop
          ip6 saddr @pending-v6 counter drop
        }
      }
      """;

  private final Namespace host;
  private final Namespace pod;
  private final Namespace other;

  @TempDir private Path dataDir;
  private CniNode node;
  private UdpEcho hostEcho;
  private UdpEcho podEcho;
  private UdpEcho otherEcho;

  PendingPodTest(Namespace host, Namespace pod, Namespace other) {
    this.host = host;
    this.pod = pod;
    this.other = other;
    node = new CniNode(host, Path.of(""));
    hostEcho = UdpEcho.in(host);
    podEcho = UdpEcho.in(pod);
    otherEcho = UdpEcho.in(other);
  }

  @BeforeEach
  void makeNode() {
    node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64");
    host.loopbackUp();
  }

  @AfterEach
  void close() {
    hostEcho.close();
    podEcho.close();
    otherEcho.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"default", PolicyNamespaces.ALL})
  void isReachedByItsNodeAlone(String namespace) throws CniException {
    List<InetAddress> neighbours = addresses(node.add("other", other));
    Nft.apply(host, TABLE_OF_AGENT);
    policiesIn(namespace);

    JsonNode result = node.add("pod", pod);

    for (int family = 0; family < 2; family++) {
      InetAddress address = addresses(result).get(family);
      assertThat(podEcho.reaches(neighbours.get(family), SILENCE)).isFalse();
      assertThat(otherEcho.reaches(address, SILENCE)).isFalse();
      assertThat(podEcho.reaches(gateway(result, family), SILENCE)).isFalse();
      assertThat(hostEcho.reaches(address, ANSWER)).isTrue();
    }
    for (InetAddress address : addresses(result)) {
      assertThat(Nft.table(host, "inet", TABLE)).contains(address.getHostAddress().split("%")[0]);
    }

    node.del("pod", pod);
    assertThat(Nft.table(host, "inet", TABLE)).doesNotContain("elements");
    assertThat(addresses(result)).hasSize(2);
  }

  @Test
  void isAsEverWhereNoPolicySelectsIt() throws CniException {
    List<InetAddress> neighbours = addresses(node.add("other", other));
    Nft.apply(host, TABLE_OF_AGENT);
    policiesIn("elsewhere");

    List<InetAddress> addresses = addresses(node.add("pod", pod));

    for (int family = 0; family < 2; family++) {
      assertThat(podEcho.reaches(neighbours.get(family), ANSWER)).isTrue();
      assertThat(otherEcho.reaches(addresses.get(family), ANSWER)).isTrue();
    }
    assertThat(Nft.table(host, "inet", TABLE)).doesNotContain("elements");
  }

  @Test
  void touchesNoRulesWithoutPolicies() throws CniException {
    node.add("other", other);
    node.add("pod", pod);
    node.del("pod", pod);
    policiesIn();
    node.add("pod", pod);
    node.del("pod", pod);

    assertThat(Nft.ruleset(host)).isEmpty();
  }

  /** Who starts for no Pod of the cluster, by cnitool for one, is nobody that policies select. */
  @Test
  void needsAName() throws CniException {
    node.add("other", other);
    Nft.apply(host, TABLE_OF_AGENT);
    policiesIn(PolicyNamespaces.ALL);
    var variables = node.variables("ADD", "pod", pod);
    variables.remove("CNI_ARGS");

    assertThat(node.call(variables, node.config().toString()).exitCode()).isZero();

    assertThat(Nft.table(host, "inet", TABLE)).doesNotContain("elements");
  }

  /** After a start of the machine, pods may be quicker than the agent. */
  @Test
  void makesTheTableWhereThereIsNone() throws CniException {
    List<InetAddress> neighbours = addresses(node.add("other", other));
    policiesIn("default");

    JsonNode result = node.add("pod", pod);

    for (int family = 0; family < 2; family++) {
      InetAddress address = addresses(result).get(family);
      assertThat(podEcho.reaches(neighbours.get(family), SILENCE)).isFalse();
      assertThat(otherEcho.reaches(address, SILENCE)).isFalse();
      assertThat(podEcho.reaches(gateway(result, family), SILENCE)).isFalse();
      assertThat(hostEcho.reaches(address, ANSWER)).isTrue();
    }
    node.del("pod", pod);
    node.add("pod", pod);
    assertThat(podEcho.reaches(neighbours.getFirst(), SILENCE)).isFalse();
    String listing = Nft.table(host, "inet", TABLE);
    assertThat(listing)
        .containsPattern("type filter hook postrouting priority (95|srcnat - 5); policy accept;");
    assertThat(listing.lines().filter(line -> line.contains("elements"))).hasSize(2);
  }

  /**
   * A socket needs no privilege to send from any address of IPv6, or a link-local one: the table
   * that a call makes stops that, as kindnetd's does.
   */
  @ParameterizedTest
  @ValueSource(strings = {"", "cni0"})
  void sendsFromNoOtherAddressWhereACallMadeTheTable(String bridge) throws Exception {
    withoutRulesForBridges();
    node.config().put("bridge", bridge);
    InetAddress neighbour = addresses(node.add("other", other)).getLast();
    policiesIn("default");
    JsonNode result = node.add("pod", pod);
    String target = neighbour.getHostAddress();
    String router = gateway(result, 1).getHostAddress();
    host.run("ip", "-6", "address", "add", "fd99::1/128", "dev", "lo");
    pod.run("ip", "-6", "address", "add", "fd99::1/128", "dev", "eth0", "nodad");
    pod.run("ip", "-6", "route", "add", target, "via", router, "src", "fd99::1");
    String link = bridge.isEmpty() ? result.at("/interfaces/0/name").asText() : bridge;

    try (PacketFlood fromElsewhere = PacketFlood.start(pod, other, neighbour);
        PacketFlood toNode = PacketFlood.start(pod, host, linkLocal(host, link))) {
      fromElsewhere.awaitSent(2_000);
      toNode.awaitSent(2_000);
      assertThat(fromElsewhere.received()).isZero();
      assertThat(toNode.received()).isZero();
      if (!bridge.isEmpty()) {
        try (PacketFlood toPod = PacketFlood.start(pod, other, linkLocal(other, "eth0"))) {
          toPod.awaitSent(2_000);
          assertThat(toPod.received()).isZero();
        }
      }
      // and they would have arrived
      Nft.apply(host, "delete table inet kindnet-network-policies\n");
      fromElsewhere.awaitReceived(1);
      toNode.awaitReceived(1);
    }
  }

  /** An address of {@code link}, to be sent to through {@code eth0} of the pod. */
  private InetAddress linkLocal(Namespace owner, String link) throws UnknownHostException {
    int index =
        Integer.parseInt(pod.run("ip", "-o", "link", "show", "eth0").replaceAll("(?s):.*", ""));
    String text =
        owner
            .run("ip", "-o", "-6", "address", "show", "dev", link, "scope", "link")
            .replaceAll("(?s).* inet6 (fe80[^/]*)/.*", "$1");
    return Inet6Address.getByAddress("", parse(text).getAddress(), index);
  }

  /** No pod has the rules of the one that had its address before. */
  @Test
  void hasNotTheRulesOfAnEarlierPod() throws CniException {
    List<InetAddress> neighbours = addresses(node.add("other", other));
    Nft.apply(host, TABLE_OF_AGENT);
    List<InetAddress> addresses = addresses(node.add("pod", pod));
    String four = addresses.getFirst().getHostAddress();
    policiesIn("elsewhere");
    node.config().withArray("ranges").removeAll().add(four + "/32");
    Nft.apply(
        host,
        """
        add element inet kindnet-network-policies egress-v4 { %1$s : jump class }
        add element inet kindnet-network-policies ingress-v4 { %1$s : jump class }
        add element inet kindnet-network-policies ingress-v6 { %2$s : jump class }
        add element inet kindnet-network-policies podips-v4 { %1$s }
        add element inet kindnet-network-policies self-v4 { %1$s . %1$s }
        add element inet kindnet-network-policies pending-v4 { %1$s }
        """
            .formatted(four, addresses.get(1).getHostAddress().split("%")[0]));
    assertThat(podEcho.reaches(neighbours.getFirst(), SILENCE)).isFalse();

    node.del("pod", pod);

    assertThat(Nft.table(host, "inet", TABLE)).doesNotContain("elements");
  }

  @Test
  void startsWhereSomebodyElsesTableIsInTheWay() throws CniException {
    node.add("other", other);
    policiesIn("default");
    String foreign = "table inet kindnet-network-policies {\n}\n";
    Nft.apply(host, foreign);

    node.add("pod", pod);

    assertThat(Nft.ruleset(host)).isEqualTo(foreign);
  }

  /** Which namespaces there were, is lost with the database. */
  @Test
  void isPendingAfterTheDatabaseWasLost() throws Exception {
    List<InetAddress> neighbours = addresses(node.add("other", other));
    Nft.apply(host, TABLE_OF_AGENT);
    for (String file : List.of("cni.db", "cni.db-wal", "cni.db-shm")) {
      Files.deleteIfExists(dataDir.resolve(file));
    }

    node.add("pod", pod);

    assertThat(podEcho.reaches(neighbours.getFirst(), SILENCE)).isFalse();
  }

  /** Who tries from before its interface is there does not get a single packet through. */
  @ParameterizedTest
  @ValueSource(strings = {"", "cni0"})
  void isPendingBeforeItsFirstPacket(String bridge) throws Exception {
    withoutRulesForBridges();
    node.config().put("bridge", bridge);
    List<InetAddress> neighbours = addresses(node.add("other", other));
    Nft.apply(host, TABLE_OF_AGENT);
    policiesIn("default");
    try (PacketFlood four = PacketFlood.start(pod, other, neighbours.getFirst());
        PacketFlood six = PacketFlood.start(pod, other, neighbours.getLast())) {
      node.add("pod", pod);
      for (PacketFlood flood : Arrays.asList(four, six)) {
        flood.awaitSent(2_000);
        assertThat(flood.received()).isZero();
      }
      // and they would have arrived
      Nft.apply(host, "flush set inet kindnet-network-policies pending-v4\n");
      Nft.apply(host, "flush set inet kindnet-network-policies pending-v6\n");
      four.awaitReceived(1);
      six.awaitReceived(1);
    }
  }

  /** As on a host that has not been prepared; the bridge has to be. */
  private void withoutRulesForBridges() {
    host.run("sh", "-c", "test -d /proc/sys/net/bridge || modprobe br_netfilter");
    host.run("sysctl", "-q", "-w", "net.bridge.bridge-nf-call-iptables=0");
    host.run("sysctl", "-q", "-w", "net.bridge.bridge-nf-call-ip6tables=0");
  }

  private void policiesIn(String... namespaces) throws CniException {
    try (Store store = node.store()) {
      store.transaction(() -> {
        store.policyNamespaces().replace(Set.of(namespaces));
        return store;
      });
    }
  }

  private static List<InetAddress> addresses(JsonNode result) {
    return List.of(address(result, 0), address(result, 1));
  }

  private static InetAddress address(JsonNode result, int at) {
    return parse(result.at("/ips/" + at + "/address").asText().replaceFirst("/.*", ""));
  }

  private static InetAddress gateway(JsonNode result, int at) {
    return parse(result.at("/ips/" + at + "/gateway").asText());
  }
}
