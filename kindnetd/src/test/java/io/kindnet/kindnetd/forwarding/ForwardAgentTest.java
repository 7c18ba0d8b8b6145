package io.kindnet.kindnetd.forwarding;

import static io.kindnet.kindnetd.cluster.nodes.ClusterNodeSamples.clusterNode;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.kindnetd.ReadinessPage;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A node between a pod and the outside, on which others have rules for what is forwarded. */
@NetworkNamespaces
class ForwardAgentTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /** As {@code iptables -P FORWARD DROP} of Docker makes it, with a rule of Docker's own. */
  private static final String DOCKER =
      """
      table ip filter {
        chain FORWARD {
          type filter hook forward priority filter; policy drop;
          ip daddr 192.0.2.66 counter drop
          iifname "docker0" counter accept
        }
      }
      table ip6 filter {
        chain FORWARD { type filter hook forward priority filter; policy drop; }
      }
      """;

  /** The end of what firewalld makes. */
  private static final String FIREWALLD =
      """
      table inet firewalld {
        chain filter_FORWARD {
          type filter hook forward priority filter + 10; policy accept;
          ct state { established, related } accept
          ip daddr 192.0.2.66 drop
          reject with icmpx admin-prohibited
        }
      }
      """;

  /** What ufw makes of its default {@code reject}, as far as it is about forwarded packets. */
  private static final String UFW =
      """
      table ip filter {
        chain ufw-before-forward { ip daddr 192.0.2.66 counter drop; }
        chain ufw-reject-forward { counter reject; }
        chain ufw-track-forward { }
        chain FORWARD {
          type filter hook forward priority filter; policy accept;
          counter jump ufw-before-forward
          counter jump ufw-reject-forward
          counter jump ufw-track-forward
        }
      }
      table ip6 filter {
        chain ufw-reject-forward { counter reject; }
        chain FORWARD {
          type filter hook forward priority filter; policy accept;
          counter goto ufw-reject-forward
        }
      }
      """;

  private final ClusterNodes nodes = new ClusterNodes("self");
  private final Status status = new Status("test");
  private final Namespace host;
  private final Namespace outside;
  private final Namespace pod;
  private final NetworkNamespace namespace;
  private final NftablesSocket nftables;
  private final KernelWatch<NftablesEvents.Events> events;
  private final List<ForwardAgent> agents = new ArrayList<>();

  ForwardAgentTest(Namespace host, Namespace outside, Namespace pod) {
    this.host = host;
    this.outside = outside;
    this.pod = pod;
    namespace = NetworkNamespace.open(host.path().toString());
    nftables = namespace.call(NftablesSocket::open);
    events =
        KernelWatch.ofNftables(
            () -> namespace.call(() -> NftablesEvents.excludingOwn(nftables.portId())));
  }

  @BeforeEach
  void makeNetwork() {
    host.connect("eth0", outside, "eth0");
    host.connect("knet0", pod, "eth0");
    host.run("sysctl", "-q", "-w", "net/ipv4/ip_forward=1", "net/ipv6/conf/all/forwarding=1");
    Ip.batch(
        host,
        """
        address add 192.0.2.1/24 dev eth0
        address add 2001:db8::1/64 dev eth0 nodad
        address add 10.244.0.1/24 dev knet0
        address add fd00::1/64 dev knet0 nodad
        """);
    Ip.batch(
        outside,
        """
        address add 192.0.2.9/24 dev eth0
        address add 192.0.2.66/24 dev eth0
        address add 2001:db8::9/64 dev eth0 nodad
        route add default via 192.0.2.1
        route add default via 2001:db8::1
        """);
    Ip.batch(
        pod,
        """
        address add 10.244.0.9/24 dev eth0
        address add fd00::9/64 dev eth0 nodad
        route add default via 10.244.0.1
        route add default via fd00::1
        """);
    nodes.put(clusterNode("self", List.of("10.244.0.0/24", "fd00::/64"), "192.0.2.1"));
    nodes.markComplete();
  }

  @AfterEach
  void stop() {
    agents.forEach(ForwardAgent::close);
    events.close();
    nftables.close();
    namespace.close();
  }

  private ForwardAgent start(boolean accept) {
    ForwardAgent agent =
        new ForwardAgent(nodes, new ForwardOptions(accept), () -> nftables, events, status);
    agents.add(agent);
    namespace.call(() -> {
      agent.start();
      return agent;
    });
    return agent;
  }

  private void awaitLine(String text) {
    Eventually.within(DEADLINE, () -> assertThat(ReadinessPage.of(status)).contains(text));
  }

  private boolean reaches(Namespace from, String address) {
    return from.tryRun("ping", "-q", "-c", "1", "-W", "1", address).succeeded();
  }

  private void awaitReached() {
    Eventually.within(
        DEADLINE,
        () -> {
          assertThat(reaches(pod, "192.0.2.9")).as("IPv4 out").isTrue();
          assertThat(reaches(pod, "2001:db8::9")).as("IPv6 out").isTrue();
          assertThat(reaches(outside, "10.244.0.9")).as("IPv4 in").isTrue();
          assertThat(reaches(outside, "fd00::9")).as("IPv6 in").isTrue();
        });
  }

  @Test
  void namesTheChainsThatDropAndChangesNothing() throws IOException {
    start(false);
    awaitLine("[+]forwarding ok\n");
    awaitReached();
    try (CapturedLog log = CapturedLog.start()) {
      Nft.apply(host, DOCKER);
      String before = Nft.ruleset(host);

      awaitLine(
          "[-]forwarding others drop forwarded packets, those of pods included, that none of their"
              + " rules accepts: chain ip filter FORWARD (policy drop), chain ip6 filter FORWARD"
              + " (policy drop)");
      assertThat(ReadinessPage.of(status)).endsWith("ready, but degraded\n");
      assertThat(reaches(pod, "192.0.2.9")).isFalse();
      assertThat(log.linesWith("chain ip filter FORWARD (policy drop)")).hasSize(1);
      assertThat(Nft.withoutCounters(Nft.ruleset(host))).isEqualTo(Nft.withoutCounters(before));

      host.run("nft", "chain ip filter FORWARD { policy accept; }");
      awaitLine("accepts: chain ip6 filter FORWARD (policy drop)\n");
      host.run("nft", "delete table ip6 filter");
      awaitLine("[+]forwarding ok\n");
    }
  }

  /** What iptables of today does is seen in nftables. */
  @Test
  void seesWhatIptablesDoes() {
    start(false);
    awaitLine("[+]forwarding ok\n");

    host.run("iptables-nft", "-P", "FORWARD", "DROP");

    awaitLine("chain ip filter FORWARD (policy drop)\n");
    host.run("iptables-nft", "-P", "FORWARD", "ACCEPT");
    awaitLine("[+]forwarding ok\n");
  }

  /** Of which the kernel tells nobody. */
  @Test
  @Tag("xtables")
  void namesAChainOfIptablesLegacy() {
    String withoutLock = "XTABLES_LOCKFILE=/dev/null"; // which would be a file that stays
    host.run("env", withoutLock, "iptables-legacy", "-P", "FORWARD", "DROP");
    host.run("env", withoutLock, "ip6tables-legacy", "-A", "FORWARD", "-j", "REJECT");
    start(true);

    awaitLine(
        "accepts: chain FORWARD of iptables-legacy (policy drop),"
            + " chain FORWARD of ip6tables-legacy (its last rule)\n");
    assertThat(reaches(pod, "192.0.2.9")).isFalse();
  }

  @Test
  void namesAChainThatRejectsAllAtItsEnd() {
    Nft.apply(host, FIREWALLD);
    start(false);

    awaitLine("chain inet firewalld filter_FORWARD (its last rule)\n");
    assertThat(reaches(pod, "192.0.2.9")).isFalse();
  }

  /** As ufw has it, where it is to reject. */
  @Test
  void namesAChainWhoseLastRuleLeadsToOneThatRejects() {
    Nft.apply(host, UFW);
    start(false);

    awaitLine(
        "accepts: chain ip filter FORWARD (its last rule, by chain ufw-reject-forward),"
            + " chain ip6 filter FORWARD (its last rule, by chain ufw-reject-forward)\n");
    assertThat(reaches(pod, "192.0.2.9")).isFalse();
  }

  @Test
  void letsPodsThroughBeforeARuleThatLeadsToAChainThatRejects() {
    Nft.apply(host, UFW);
    start(true);

    awaitLine("[+]forwarding ok\n");
    Eventually.within(DEADLINE, () -> assertThat(reaches(pod, "192.0.2.9")).isTrue());
    Eventually.within(DEADLINE, () -> assertThat(reaches(pod, "2001:db8::9")).isTrue());
    assertThat(reaches(pod, "192.0.2.66")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "chain f { type filter hook forward priority 0; policy accept; ip saddr 10.9.0.0/16 drop; }",
        "chain g { ip saddr 10.9.0.0/16 drop; }; "
            + "chain f { type filter hook forward priority 0; policy accept; jump g; }",
        "chain g { counter return; drop; }; "
            + "chain f { type filter hook forward priority 0; policy accept; jump g; }",
        "chain g { log; counter accept; }; "
            + "chain f { type filter hook forward priority 0; policy drop; goto g; }",
        "chain f { type filter hook input priority 0; policy drop; }",
        "chain f { type filter hook forward priority 0; policy accept; counter accept; }",
        "flags dormant; chain f { type filter hook forward priority 0; policy drop; }",
        "chain f { reject; }",
      })
  void saysNothingOfWhatDropsNotAll(String content) {
    String seen = "chain f { type filter hook forward priority 0; policy drop; }";
    Nft.apply(host, table("theirs", content) + table("seen", seen));
    start(false);

    awaitLine("accepts: chain inet seen f (policy drop)\n");
  }

  private static String table(String name, String content) {
    String lines = content.replace("; ", "\n").replace("{ ", "{\n").replace(" }", "\n}");
    return "table inet " + name + " {\n" + lines + "\n}\n";
  }

  @ParameterizedTest
  @CsvSource({"docker", "firewalld", "both"})
  void letsPodsThroughWhereItIsAskedTo(String who) {
    if (!who.equals("firewalld")) {
      Nft.apply(host, DOCKER);
    }
    if (!who.equals("docker")) {
      Nft.apply(host, FIREWALLD);
    }
    String before = Nft.withoutCounters(Nft.ruleset(host));
    assertThat(reaches(pod, "192.0.2.9")).isFalse();
    ForwardAgent agent = start(true);

    awaitLine("[+]forwarding ok\n");
    awaitReached();
    assertThat(reaches(pod, "192.0.2.66")).as("what others drop by a rule").isFalse();
    String with = Nft.withoutCounters(Nft.ruleset(host));
    Ip.run(host, "address", "add", "172.17.0.1/24", "dev", "knet0");
    Ip.run(pod, "address", "add", "172.17.0.2/24", "dev", "eth0");
    assertThat(
            pod.tryRun("ping", "-q", "-c", "1", "-W", "1", "-I", "172.17.0.2", "192.0.2.9")
                .succeeded())
        .as("who is no pod")
        .isFalse();
    assertThat(Nft.withoutCounters(Nft.ruleset(host))).isEqualTo(with);

    agent.close();
    agent.removeState();
    assertThat(Nft.withoutCounters(Nft.ruleset(host))).isEqualTo(before);
  }

  @Test
  void putsItsRulesBackAndFollowsTheNode() {
    Nft.apply(host, DOCKER);
    start(true);
    awaitReached();
    host.run("nft", "flush chain ip filter FORWARD");
    awaitReached();
    Nft.apply(host, FIREWALLD);
    awaitReached();
    assertThat(host.run("iptables-nft", "-S", "FORWARD"))
        .as("iptables can still list its chain")
        .contains("-A FORWARD -s 10.244.0.0/24 ", "-A FORWARD -d 10.244.0.0/24 ", "-j ACCEPT");

    nodes.put(clusterNode("self", List.of("10.244.8.0/24"), "192.0.2.1"));
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(Nft.ruleset(host))
                .contains("10.244.8.0/24")
                .doesNotContain("10.244.0.0/24"));
  }
}
