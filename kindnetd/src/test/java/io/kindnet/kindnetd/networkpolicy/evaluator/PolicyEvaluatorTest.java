package io.kindnet.kindnetd.networkpolicy.evaluator;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.netlink.ip.IpAddresses;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the API says of which pods are isolated, one sentence after the other. */
class PolicyEvaluatorTest extends SmallCluster {
  @Test
  void withoutPoliciesEverythingIsAllowed() {
    PolicyEvaluator evaluator = with("{}");
    assertThat(connects(evaluator, CLIENT, WEB)).isTrue();
    Verdict verdict = new Question(evaluator, OUTSIDE, WEB).tcp(80);
    assertThat(verdict.direction(Direction.EGRESS)).isEmpty();
    assertThat(verdict.direction(Direction.INGRESS).orElseThrow().reason())
        .isEqualTo("no policy speaks of it");
    assertThat(new Question(evaluator, OUTSIDE, NODE1).tcp(80).directions()).isEmpty();
  }

  @Test
  void aSelectedPodIsIsolatedInTheDirectionsOfThePolicyOnly() {
    PolicyEvaluator evaluator = with("shop/deny: {podSelector: {}}");
    assertThat(connects(evaluator, CLIENT, WEB)).isFalse();
    assertThat(connects(evaluator, OUTSIDE, WEB)).isFalse();
    assertThat(connects(evaluator, WEB, CLIENT)).isTrue();
    assertThat(connects(evaluator, WEB, OUTSIDE)).isTrue();

    PolicyEvaluator egress = with("shop/deny: {podSelector: {}, policyTypes: [Egress]}");
    assertThat(connects(egress, CLIENT, WEB)).isTrue();
    assertThat(connects(egress, WEB, OUTSIDE)).isFalse();
    assertThat(connects(egress, WEB, DB)).isFalse();
  }

  @Test
  void aDefaultDenyNamesAllPoliciesThatSelectThePod() {
    PolicyEvaluator evaluator =
        with(
            """
            shop/b: {podSelector: {}}
            shop/a: {podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}
            shop/c: {podSelector: {}, policyTypes: [Egress]}
            """);
    TierVerdict tier = last(new Question(evaluator, CLIENT, WEB).tcp(80), Direction.INGRESS);
    assertThat(tier.tier()).isEqualTo(Tier.NETWORK_POLICY);
    assertThat(tier.decision()).isEqualTo(Decision.DENY);
    assertThat(tier.policies()).containsExactly("shop/a", "shop/b");
    assertThat(tier.reason()).isEqualTo("default deny of shop/a, shop/b");
  }

  @Test
  void whatOnePolicyAllowsIsAllowedWhateverOthersDo() {
    PolicyEvaluator evaluator =
        with(
            """
            shop/deny: {podSelector: {}}
            shop/allow: {podSelector: {}, ingress: [{ports: [{port: 1}]}, {ports: [{port: 8080}]}]}
            """);
    Verdict verdict = new Question(evaluator, CLIENT, WEB).tcp(8080);
    assertThat(verdict.allowed()).isTrue();
    assertThat(last(verdict, Direction.INGRESS).policies()).containsExactly("shop/allow");
    assertThat(last(verdict, Direction.INGRESS).place()).contains("ingress[1]");
    assertThat(verdict.direction(Direction.INGRESS).orElseThrow().reason())
        .isEqualTo("shop/allow, ingress[1]");
  }

  @Test
  void bothEndsHaveToAllowAConnection() {
    String ingress = "shop/in: {podSelector: {}, ingress: [{}]}\n";
    assertThat(
            connects(
                with(ingress + "other/out: {podSelector: {}, policyTypes: [Egress]}"), CLIENT, WEB))
        .isFalse();
    assertThat(connects(with(ingress + "other/out: {podSelector: {}, egress: [{}]}"), CLIENT, WEB))
        .isTrue();
  }

  @Test
  void podsOfTheHostsNetworkAreNeitherSubjectsNorPeers() {
    PolicyEvaluator denied = with("shop/p: {podSelector: {}, policyTypes: [Ingress, Egress]}");
    assertThat(new Question(denied, OUTSIDE, NODE1).tcp(80).directions()).isEmpty();
    PolicyEvaluator peers =
        with("other/p: {podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}");
    assertThat(connects(peers, NODE1, CLIENT)).isFalse();
    assertThat(connects(peers, WEB, CLIENT)).isTrue();
  }

  @Test
  void podsThatHaveEndedAreNeitherSubjectsNorPeers() {
    PolicyEvaluator evaluator =
        with("shop/p: {podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}");
    assertThat(connects(evaluator, DONE, WEB)).isFalse();
    assertThat(connects(evaluator, CLIENT, DONE)).isTrue();
    assertThat(evaluator.podAt(IpAddresses.parse(DONE))).isEmpty();
  }

  @Test
  void aPodReachesItself() {
    PolicyEvaluator evaluator = with("shop/p: {podSelector: {}, policyTypes: [Ingress, Egress]}");
    assertThat(connects(evaluator, WEB, WEB)).isTrue();
    assertThat(connects(evaluator, WEB, DB)).isFalse();
  }

  @Test
  void itsOwnNodeReachesAPodAndOtherNodesDoNot() {
    String deny = "shop/p: {podSelector: {}, policyTypes: [Ingress, Egress]}";
    assertThat(connects(with(deny), NODE1, WEB)).isTrue();
    assertThat(connects(with(deny), NODE2, WEB)).isFalse();
    assertThat(connects(with(deny), WEB, NODE1)).as("egress to its own node").isFalse();

    ClusterState state = state(deny);
    PolicyEvaluator withBridge =
        new PolicyEvaluator(
            new ClusterState(
                state.policies(),
                state.namespaces(),
                state.pods(),
                state.nodes(),
                Map.of("node1", Set.of(IpAddresses.parse("10.1.0.254")))));
    assertThat(connects(withBridge, "10.1.0.254", WEB)).isTrue();
    assertThat(connects(withBridge, "10.1.0.253", WEB)).isFalse();
  }
}
