package io.kindnet.kindnetd.networkpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.networkpolicy.PacketWire.Packet;
import io.kindnet.kindnetd.networkpolicy.evaluator.Connection;
import io.kindnet.kindnetd.networkpolicy.evaluator.PolicyEvaluator;
import io.kindnet.kindnetd.networkpolicy.evaluator.Verdict;
import io.kindnet.kindnetd.networkpolicy.kernel.TableInterpreter;
import io.kindnet.kindnetd.networkpolicy.kernel.TableVerdict;
import io.kindnet.kindnetd.networkpolicy.kernel.UnknownRuleException;
import io.kindnet.kindnetd.networkpolicy.kernel.VirtualPacket;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What rules in a kernel do with packets that nobody sends. */
@NetworkNamespaces
class TableInterpreterTest {
  private static final int SCENARIOS = 40;
  private static final int PACKETS = 30;
  private static final int IPPROTO_TCP = 6;
  private static final int IPPROTO_UDP = 17;

  private final Namespace node;
  private PolicyFixture fixture;

  TableInterpreterTest(Namespace node) {
    this.node = node;
    this.fixture = new PolicyFixture(node);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private TableInterpreter interpreter() {
    return new TableInterpreter(fixture.nftables.list(), PolicyTable.TABLE);
  }

  private void rules(String rules) {
    Nft.apply(node, "table inet kindnet-network-policies {\n" + rules + "\n}\n");
  }

  private static VirtualPacket packet(String source, String destination, int protocol, int port) {
    return new VirtualPacket(
        IpAddresses.parse(source),
        IpAddresses.parse(destination),
        protocol,
        port,
        /* fromThisHost= */ false,
        /* toThisHost= */ false);
  }

  private TableVerdict run(VirtualPacket packet) throws UnknownRuleException {
    return interpreter().run(PolicyTable.POSTROUTING, packet);
  }

  /** The kernel itself agrees with the evaluator, as another test finds. */
  @Test
  void policiesAreCarriedOutAsTheEvaluatorSays() throws Exception {
    RandomScenarios random = new RandomScenarios(7);
    int denied = 0;
    for (int i = 0; i < SCENARIOS; i++) {
      Scenario scenario = random.next();
      enforce(scenario);
      PolicyEvaluator evaluator = new PolicyEvaluator(scenario.state());
      TableInterpreter interpreter = interpreter();
      List<InetAddress> own =
          scenario.nodes().stream()
              .filter(one -> one.name().equals(PolicyFixture.NODE))
              .flatMap(one -> one.addresses().stream())
              .toList();
      for (Packet packet : random.packets(scenario, PACKETS)) {
        boolean wanted = isAllowed(evaluator, packet);
        TableVerdict verdict =
            interpreter.run(
                PolicyTable.POSTROUTING,
                new VirtualPacket(
                    packet.source(),
                    packet.destination(),
                    packet.protocol(),
                    packet.port(),
                    own.contains(packet.source()),
                    /* toThisHost= */ false));
        assertThat(verdict.accepted())
            .as("%s\n%s\n%s", packet, verdict, scenario)
            .isEqualTo(wanted);
        denied += wanted ? 0 : 1;
      }
    }
    assertThat(denied).isBetween(SCENARIOS * PACKETS / 20, SCENARIOS * PACKETS * 19 / 20);
  }

  private void enforce(Scenario scenario) {
    fixture.close();
    fixture = new PolicyFixture(node);
    scenario.namespaces().forEach(fixture::putNamespace);
    scenario.nodes().forEach(fixture::put);
    scenario.policies().forEach(fixture::put);
    for (ClusterPod pod : scenario.pods()) {
      if (isLocal(pod) && !pod.hostNetwork()) {
        fixture.putLocal(pod);
      } else {
        fixture.put(pod);
      }
    }
    fixture.listed();
    assertThat(fixture.reconcile(Pass.KERNEL)).isEmpty();
  }

  private static boolean isLocal(ClusterPod pod) {
    return pod.node().equals(PolicyFixture.NODE);
  }

  private static boolean isAllowed(PolicyEvaluator evaluator, Packet packet) {
    Verdict verdict =
        evaluator.evaluate(
            new Connection(
                packet.source(),
                packet.destination(),
                Optional.ofNullable(TransportProtocol.numbered((byte) packet.protocol())),
                packet.port()));
    boolean egress =
        evaluator.podAt(packet.source()).filter(TableInterpreterTest::isLocal).isEmpty()
            || verdict.direction(Direction.EGRESS).orElseThrow().allowed();
    boolean ingress =
        evaluator.podAt(packet.destination()).filter(TableInterpreterTest::isLocal).isEmpty()
            || verdict.direction(Direction.INGRESS).orElseThrow().allowed();
    return egress && ingress;
  }

  @Test
  void conditionsHoldAsInTheKernel() throws Exception {
    rules(
        """
        set addresses { type ipv4_addr; elements = { 10.0.0.1 } }
        set blocks { type ipv4_addr; flags interval; elements = { 10.1.0.0/16, 255.255.255.0/24 } }
        set blocks-v6 { type ipv6_addr; flags interval; elements = { fd00::/8 } }
        set services { type ipv4_addr . inet_proto . inet_service; elements = { 10.0.0.9 . tcp . 80 } }
        map verdicts { type ipv4_addr : verdict; elements = { 10.0.0.5 : jump inner, 10.0.0.6 : goto last } }
        chain last { udp dport 5 drop comment "in last"; }
        chain inner { udp dport 5 drop comment "in inner"; udp dport 6 return; udp dport 7 accept; }
        chain postrouting {
          type filter hook postrouting priority srcnat - 5; policy accept;
          ct direction reply drop
          ct state established,related drop
          iifname "lo" drop
          oifname "eth0" drop
          fib saddr type local drop
          ip saddr 192.0.2.0/25 drop comment "a prefix"
          ip saddr @addresses tcp dport 80-90 counter drop comment "a range"
          ip saddr @addresses tcp dport { 7, 9 } drop comment "a set without a name"
          ip saddr @blocks drop comment "an interval"
          ip6 saddr @blocks-v6 meta l4proto ipv6-icmp drop comment "an interval of IPv6"
          ip daddr . meta l4proto . th dport @services drop comment "a service"
          ip daddr != 10.0.0.0/8 ip daddr & 255.0.0.255 == 11.0.0.7 drop comment "bits"
          ip saddr vmap @verdicts
          ip saddr 10.0.0.0/24 meta l4proto { tcp, udp } th dport != 9 drop comment "at the end"
        }
        """);
    assertThat(comment(packet("192.0.2.127", "10.0.0.1", IPPROTO_TCP, 1))).contains("a prefix");
    assertThat(comment(packet("192.0.2.128", "10.0.0.1", IPPROTO_TCP, 1))).isEmpty();
    assertThat(comment(packet("10.0.0.1", "11.0.0.1", IPPROTO_TCP, 79))).contains("at the end");
    assertThat(comment(packet("10.0.0.1", "11.0.0.1", IPPROTO_TCP, 80))).contains("a range");
    assertThat(comment(packet("10.0.0.1", "11.0.0.1", IPPROTO_TCP, 90))).contains("a range");
    assertThat(comment(packet("10.0.0.1", "11.0.0.1", IPPROTO_TCP, 9)))
        .contains("a set without a name");
    assertThat(comment(packet("10.0.255.255", "11.0.0.1", IPPROTO_TCP, 1))).isEmpty();
    assertThat(comment(packet("10.1.0.0", "11.0.0.1", IPPROTO_TCP, 1))).contains("an interval");
    assertThat(comment(packet("10.1.77.1", "11.0.0.1", IPPROTO_TCP, 1))).contains("an interval");
    assertThat(comment(packet("10.1.255.255", "11.0.0.1", IPPROTO_TCP, 1))).contains("an interval");
    assertThat(comment(packet("10.2.0.0", "11.0.0.1", IPPROTO_TCP, 1))).isEmpty();
    assertThat(comment(packet("255.255.255.255", "11.0.0.1", IPPROTO_TCP, 1)))
        .contains("an interval");
    assertThat(comment(packet("fd77::1", "fe00::1", VirtualPacket.IPPROTO_ICMPV6, 0)))
        .contains("an interval of IPv6");
    assertThat(comment(packet("fc00::1", "fe00::1", VirtualPacket.IPPROTO_ICMPV6, 0))).isEmpty();
    assertThat(comment(packet("11.0.0.1", "10.0.0.9", IPPROTO_TCP, 80))).contains("a service");
    assertThat(comment(packet("11.0.0.1", "10.0.0.9", IPPROTO_UDP, 80))).isEmpty();
    assertThat(comment(packet("11.0.0.1", "11.2.2.7", IPPROTO_UDP, 80))).contains("bits");
    assertThat(comment(packet("10.0.0.5", "11.0.0.1", IPPROTO_UDP, 5))).contains("in inner");
    assertThat(comment(packet("10.0.0.5", "11.0.0.1", IPPROTO_UDP, 6))).contains("at the end");
    assertThat(run(packet("10.0.0.5", "11.0.0.1", IPPROTO_UDP, 7)).accepted()).isTrue();
    assertThat(comment(packet("10.0.0.5", "11.0.0.1", IPPROTO_UDP, 8))).contains("at the end");
    assertThat(comment(packet("10.0.0.6", "11.0.0.1", IPPROTO_UDP, 5))).contains("in last");
    assertThat(comment(packet("10.0.0.6", "11.0.0.1", IPPROTO_UDP, 8)))
        .as("a goto does not come back")
        .isEmpty();
    VirtualPacket own =
        new VirtualPacket(
            IpAddresses.parse("11.0.0.1"),
            IpAddresses.parse("10.0.0.9"),
            IPPROTO_UDP,
            1,
            /* fromThisHost= */ true,
            /* toThisHost= */ false);
    assertThat(run(own).accepted()).isFalse();
  }

  /** Of the rule that drops; empty if none does. */
  private Optional<String> comment(VirtualPacket packet) throws UnknownRuleException {
    TableVerdict verdict = run(packet);
    return verdict.accepted() ? Optional.empty() : verdict.comment();
  }

  @Test
  void saysWhatItDoesNotUnderstand() {
    rules(
        """
        chain postrouting {
          type filter hook postrouting priority srcnat - 5; policy accept;
          meta length 7 drop
        }
        """);
    assertThatThrownBy(() -> run(packet("10.0.0.1", "10.0.0.2", IPPROTO_TCP, 1)))
        .isInstanceOf(UnknownRuleException.class)
        .hasMessageStartingWith("a rule of chain postrouting has Meta[");
  }
}
