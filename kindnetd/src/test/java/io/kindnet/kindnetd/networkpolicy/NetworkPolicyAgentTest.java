package io.kindnet.kindnetd.networkpolicy;

import static io.kindnet.kindnetd.networkpolicy.PolicySamples.addresses;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.allow;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.block;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.egressPolicy;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.ingressPolicy;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.labels;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.pod;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.pods;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.rule;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.selector;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Action;
import io.kindnet.kindnetd.cluster.policies.LabelSelector;
import io.kindnet.kindnetd.cluster.policies.PodSelector;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.PolicyRules;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.networkpolicy.compiler.LogRule;
import io.kindnet.kindnetd.networkpolicy.domains.DomainAddresses;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import io.kindnet.netlink.testing.Resources;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent in a network namespace, seen through {@code nft}. */
@NetworkNamespaces
class NetworkPolicyAgentTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String EXPECTED =
      Resources.text(NetworkPolicyAgentTest.class, "policies.nft");

  private static final ClusterPod WEB =
      pod("default", "web-1", labels("app", "web"), PolicyFixture.NODE, "10.244.0.5", "fd00::5");
  private static final ClusterPod CLIENT =
      pod("default", "client", labels("app", "client"), "other", "10.244.7.9", "fd00:7::9");
  private static final Policy POLICY =
      ingressPolicy(
          "default",
          "web",
          selector("app", "web"),
          allow(List.of(pods("default", selector("app", "client"))), tcp(80), tcp(443), tcp(8080)),
          allow(List.of(block("192.168.0.0/16", "192.168.1.0/24")), tcp(80)));

  private final Namespace node;
  private final PolicyFixture fixture;
  private final Status status = new Status("test");
  private final NetworkNamespace namespace;
  private final KernelWatch<NftablesEvents.Events> events;
  private final NetworkPolicyAgent agent;

  NetworkPolicyAgentTest(Namespace node) {
    this.node = node;
    this.fixture = new PolicyFixture(node);
    this.namespace = NetworkNamespace.open(node.path().toString());
    this.events =
        KernelWatch.ofNftables(
            () -> namespace.call(() -> NftablesEvents.excludingOwn(fixture.nftables.portId())));
    this.agent =
        new NetworkPolicyAgent(
            new NetworkPolicyOptions(true, true, true),
            fixture::views,
            fixture.local,
            () -> LogRule.NONE,
            Map.of(),
            EnforcementListener.NONE,
            new DomainAddresses(() -> fixture.nftables),
            () -> fixture.nftables,
            events,
            status);
  }

  @AfterEach
  void stop() {
    agent.close();
    events.close();
    namespace.close();
    fixture.close();
  }

  private void start() {
    fixture.putNamespace("default", labels("kubernetes.io/metadata.name", "default"));
    fixture.putLocal(WEB);
    fixture.put(CLIENT);
    fixture.put(POLICY);
    fixture.listed();
    agent.start();
  }

  private String table() {
    return Nft.table(node, "inet", PolicyTable.TABLE.name());
  }

  private void assertTable(String expected) {
    Eventually.within(
        DEADLINE,
        () -> assertThat(Nft.withoutCounters(table())).isEqualTo(Nft.withoutCounters(expected)));
  }

  @Test
  void makesTheTableThatNftMakesOfTheSameText(Namespace reference) {
    start();
    assertTable(EXPECTED);
    Nft.apply(reference, EXPECTED);
    assertTable(Nft.table(reference, "inet", PolicyTable.TABLE.name()));
  }

  @Test
  void writesNothingBeforeAllListsAreComplete() {
    fixture.putLocal(WEB);
    fixture.put(POLICY);
    fixture.pods.listed(Set.of("default/web-1"));
    agent.start();
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(status.problems())
                .containsExactly("network-policy waiting for the lists of Namespaces, policies"));
    assertThat(Nft.ruleset(node)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flush ruleset",
        "delete table inet kindnet-network-policies",
        "flush table inet kindnet-network-policies",
        "add table inet kindnet-network-policies { flags dormant; }",
        "flush set inet kindnet-network-policies self-v4",
        "flush map inet kindnet-network-policies ingress-v4",
        "add element inet kindnet-network-policies pending-v4 { 10.244.0.77 }",
        "add element inet kindnet-network-policies ingress-v6 { fd00::77 : drop }",
        "delete element inet kindnet-network-policies ingress-v4 { 10.244.0.5 }",
        "insert rule inet kindnet-network-policies postrouting accept",
        "add rule inet kindnet-network-policies input ip daddr 8.8.8.8 drop",
        "flush chain inet kindnet-network-policies postrouting",
        "add chain inet kindnet-network-policies foreign",
        "add set inet kindnet-network-policies foreign { type ipv4_addr; }",
        "add chain inet kindnet-network-policies foreign;"
            + " add map inet kindnet-network-policies way { type ipv4_addr : verdict;"
            + " elements = { 10.9.9.9 : jump foreign }; }",
        "add chain inet kindnet-network-policies foreign;"
            + " add element inet kindnet-network-policies ingress-v4 { 10.9.9.9 : jump foreign }",
        "add chain inet kindnet-network-policies foreign;"
            + " add chain inet kindnet-network-policies other;"
            + " add rule inet kindnet-network-policies other jump foreign;"
            + " add rule inet kindnet-network-policies postrouting jump other",
        "add rule inet kindnet-network-policies postrouting ip saddr vmap { 10.9.9.9 : drop }",
        "add rule inet kindnet-network-policies postrouting meta mark set numgen random mod 2",
        "add rule inet kindnet-network-policies postrouting limit rate 1/second accept",
        "add rule inet kindnet-network-policies postrouting quota over 1 mbytes drop",
        "add set inet kindnet-network-policies foreign"
            + " { type ipv4_addr; flags dynamic,timeout; timeout 1m; };"
            + " add rule inet kindnet-network-policies postrouting add @foreign { ip saddr }"
      })
  void repairsWhatOthersDo(String command) throws IOException {
    start();
    assertTable(EXPECTED);
    Nft.apply(node, command);
    assertTable(EXPECTED);
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(MetricsPage.of(status))
                .containsPattern("kindnet_repairs_total.agent=\"network-policy\". [1-9]"));
  }

  @Test
  void emptiesAndFillsSetsThatOthersChange() {
    start();
    assertTable(EXPECTED);
    for (String set : List.of("peers", "cidrs", "ports")) {
      String name = table().replaceAll("(?s).*set (" + set + "-[0-9a-f]+(-v4)?) .*", "$1");
      Nft.apply(node, "flush set inet kindnet-network-policies " + name);
      assertTable(EXPECTED);
      String element = set.equals("ports") ? "22" : "10.99.99.99";
      Nft.apply(node, "add element inet kindnet-network-policies " + name + " { " + element + " }");
      assertTable(EXPECTED);
    }
  }

  /** One of another kind in the place of ours. */
  @Test
  void putsRightATableOfAnotherKind() {
    Nft.apply(
        node,
        """
        table inet kindnet-network-policies {
          set ingress-v4 { type ipv4_addr; }
          chain input { ip saddr @ingress-v4 drop; }
          chain postrouting {
            type filter hook postrouting priority 100;
            ip daddr @ingress-v4 drop
          }
        }
        """);
    start();
    assertTableInAnyOrder(EXPECTED);
  }

  /** Others lead packets to a class that comes to its end: the kernel refuses to delete it. */
  @Test
  void takesAwayAChainThatAForeignMapLeadsTo() {
    fixture.putNamespace("default", labels());
    fixture.putLocal(WEB);
    fixture.put(POLICY);
    fixture.listed();
    assertThat(fixture.reconcile(Pass.KERNEL)).isEmpty();
    String chain = table().replaceAll("(?s).*chain (ingress-default/web-[0-9a-f]+) .*", "$1");
    Nft.apply(
        node,
        "add map inet kindnet-network-policies way { type ipv4_addr : verdict;"
            + (" elements = { 10.9.9.9 : jump " + chain + " }; }"));
    fixture.remove(POLICY);
    assertThat(fixture.reconcile(Pass.KERNEL)).isEmpty();
    assertThat(table()).doesNotContain(chain).doesNotContain("map way");
  }

  /** What was there before keeps its place. */
  private void assertTableInAnyOrder(String expected) {
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(Nft.withoutCounters(table()).split("\n\n|\n\t}\n"))
                .hasSameSizeAs(Nft.withoutCounters(expected).split("\n\n|\n\t}\n")));
    for (String line : Nft.withoutCounters(expected).lines().toList()) {
      assertThat(Nft.withoutCounters(table())).contains(line.strip());
    }
  }

  /** A class chain that is changed goes on counting, and so does the metric of one that goes. */
  @Test
  void countsGoOnWhereRulesAreReplaced() throws IOException {
    start();
    assertTable(EXPECTED);
    String chain = table().replaceAll("(?s).*chain (ingress-default/web-[0-9a-f]+) .*", "$1");
    String deny = table().replaceAll("(?s).*chain (deny-ingress-default/web-[0-9a-f]+) .*", "$1");
    agent.close();
    countOn(chain, 7);
    countOn(deny, 5);
    NetworkPolicyAgent next =
        new NetworkPolicyAgent(
            new NetworkPolicyOptions(true, true, true),
            fixture::views,
            fixture.local,
            () -> LogRule.NONE,
            Map.of(),
            EnforcementListener.NONE,
            new DomainAddresses(() -> fixture.nftables),
            () -> fixture.nftables,
            events,
            new Status("next"));
    try (next) {
      next.start();
      fixture.put(
          ingressPolicy("default", "web", selector("app", "web"), allow(List.of(), tcp(81))));
      Eventually.within(
          DEADLINE, () -> assertThat(table()).contains("tcp dport 81", "packets 7 bytes 420"));
      assertThat(table()).contains("packets 5 bytes 300 drop");
    }
  }

  private void countOn(String chain, int packets) {
    String rules = node.run("nft", "-a", "list", "chain", "inet", PolicyTable.TABLE.name(), chain);
    for (String line : rules.lines().filter(text -> text.contains("counter packets")).toList()) {
      String handle = line.replaceAll(".*# handle ", "");
      String text =
          line.replaceAll(" # handle.*", "")
              .replaceAll("packets 0 bytes 0", "packets " + packets + " bytes " + 60 * packets);
      Nft.apply(
          node, "replace rule inet kindnet-network-policies " + chain + " handle " + handle + text);
    }
  }

  @Test
  void tellsWhatItHasDone() throws IOException {
    start();
    assertTable(EXPECTED); // a pass under way may carry out the next event before it is counted
    fixture.put(egressPolicy("default", "out", LabelSelector.EVERYTHING));
    Eventually.within(DEADLINE, () -> assertThat(table()).contains("chain egress-default/out-"));
    Eventually.within(DEADLINE, () -> assertThat(status.problems()).isEmpty());
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(MetricsPage.of(status))
                .contains(
                    "kindnet_network_policy_isolated_pods{direction=\"egress\"} 1.0",
                    "kindnet_network_policy_isolated_pods{direction=\"ingress\"} 1.0",
                    "kindnet_network_policy_classes 2.0",
                    "kindnet_network_policy_denied_packets_total{direction=\"ingress\",policy=\"default/web\"}"
                        + " 0.0")
                .containsPattern("kindnet_network_policy_apply_duration_seconds_count [1-9]")
                .containsPattern("kindnet_network_policy_set_elements [1-9]"));
  }

  @Test
  void holdsAPodUntilItIsKnown() {
    start();
    assertTable(EXPECTED);
    fixture.local.add("default", "new", addresses("10.244.0.6"));
    fixture.local.hold(addresses("10.244.0.6"));
    Eventually.within(
        DEADLINE,
        () -> {
          assertThat(fixture.local.pending()).containsExactlyElementsOf(addresses("10.244.0.6"));
          assertThat(table()).containsPattern("(?s)set pending-v4 .[^}]*10.244.0.6 }");
        });
    fixture.put(pod("default", "new", labels("app", "web"), PolicyFixture.NODE));
    Eventually.within(
        DEADLINE,
        () -> {
          assertThat(fixture.local.pending()).isEmpty();
          assertThat(table())
              .contains("10.244.0.6 comment \"default/new\" : goto ingress-default/w");
        });
    assertThat(table()).doesNotContainPattern("(?s)set pending-v4 .[^}]*10.244.0.6 }");
  }

  @Test
  void enforcesOnlyTheTiersThatAreSwitchedOn() {
    Policy admin =
        PolicySamples.clusterPolicy(
            Tier.ADMIN,
            "admin",
            1,
            PodSelector.inNamespaces(LabelSelector.EVERYTHING, LabelSelector.EVERYTHING),
            Optional.of(PolicyRules.of(List.of(rule(Action.DENY, List.of())))),
            Optional.empty());
    fixture.put(admin);
    fixture.putLocal(WEB);
    fixture.listed();
    try (NetworkPolicyAgent without =
        new NetworkPolicyAgent(
            new NetworkPolicyOptions(true, false, true),
            fixture::views,
            fixture.local,
            () -> LogRule.NONE,
            Map.of(),
            EnforcementListener.NONE,
            new DomainAddresses(() -> fixture.nftables),
            () -> fixture.nftables,
            events,
            new Status("without"))) {
      without.start();
      Eventually.within(DEADLINE, () -> assertThat(table()).contains("chain postrouting"));
      assertThat(table()).doesNotContain("admin");
    }
    agent.start();
    Eventually.within(DEADLINE, () -> assertThat(table()).contains("a rule denies it: admin"));
  }

  @Test
  void removesItsTableWhenDisabled() {
    start();
    assertTable(EXPECTED);
    agent.close();
    agent.removeState();
    assertThat(Nft.ruleset(node)).isEmpty();
    agent.removeState();
  }
}
