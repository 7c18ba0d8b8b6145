package io.kindnet.kindnetd.networkpolicy.evaluator;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.cluster.policies.Direction;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the API says of tiers, and of policies that cannot be followed. */
class TiersTest extends SmallCluster {
  @Test
  void theAdminTierIsAskedFirstAndItsLowestPriorityBeforeTheOthers() {
    String policies =
        """
        shop/deny: {podSelector: {}}
        later:
          tier: Admin
          priority: 20
          subject: {namespaces: {}}
          ingress:
          - {action: Deny, from: [{namespaces: {matchLabels: {team: other}}}]}
        sooner:
          tier: Admin
          priority: %s
          subject: {namespaces: {}}
          ingress:
          - {name: web, action: Accept, from: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {number: 8080}}}]}
          - {action: Pass, from: [{namespaces: {matchLabels: {team: shop}}}]}
        """;
    PolicyEvaluator evaluator = with(policies.formatted("10"));
    Verdict accepted = new Question(evaluator, CLIENT, WEB).tcp(8080);
    assertThat(accepted.allowed()).isTrue();
    assertThat(accepted.direction(Direction.INGRESS).orElseThrow().reason())
        .isEqualTo("sooner, ingress[0] (web)");
    assertThat(accepted.direction(Direction.INGRESS).orElseThrow().tiers()).hasSize(1);
    assertThat(last(accepted, Direction.INGRESS).selecting()).containsExactly("sooner", "later");
    Verdict denied = new Question(evaluator, CLIENT, WEB).tcp(80);
    assertThat(last(denied, Direction.INGRESS).policies()).containsExactly("later");
    Verdict passed = new Question(evaluator, DB, WEB).tcp(80);
    assertThat(passed.direction(Direction.INGRESS).orElseThrow().tiers())
        .extracting(TierVerdict::decision)
        .containsExactly(Decision.PASS, Decision.DENY);
    assertThat(last(passed, Direction.INGRESS).reason()).isEqualTo("default deny of shop/deny");

    assertThat(connects(with(policies.formatted("30")), CLIENT, WEB)).isFalse();
    // equal priorities: by name
    assertThat(connects(with(policies.formatted("20")), CLIENT, WEB)).isFalse();
  }

  @Test
  void theBaselineIsAskedWhereNoNetworkPolicySelectsThePod() {
    String baseline =
        """
        baseline:
          tier: Baseline
          priority: 1
          subject: {namespaces: {}}
          ingress: [{action: Deny, from: [{namespaces: {}}]}]
        """;
    assertThat(connects(with(baseline), CLIENT, WEB)).isFalse();
    assertThat(connects(with(baseline), OUTSIDE, WEB)).isTrue();
    assertThat(connects(with(baseline + "shop/p: {podSelector: {}, ingress: [{}]}"), CLIENT, WEB))
        .isTrue();
    assertThat(
            connects(
                with(baseline + "shop/p: {podSelector: {}, policyTypes: [Egress]}"), CLIENT, WEB))
        .as("isolated in the other direction only")
        .isFalse();
    String pass =
        """
        pass:
          tier: Admin
          priority: 1
          subject: {namespaces: {}}
          ingress: [{action: Pass, from: [{namespaces: {}}]}]
        """;
    assertThat(connects(with(baseline + pass), CLIENT, WEB)).isFalse();
    assertThat(connects(with(baseline.replace("Deny", "Pass")), CLIENT, WEB)).isTrue();
  }

  @Test
  void nodesAreFoundByTheirLabelsAndAllTheirAddresses() {
    PolicyEvaluator evaluator =
        with(
            """
            nodes:
              tier: Admin
              priority: 1
              subject: {pods: {namespaceSelector: {matchLabels: {team: shop}}, podSelector: {}}}
              egress:
              - {action: Accept, to: [{nodes: {matchLabels: {role: edge}}}]}
              - {action: Deny, to: [{nodes: {}}]}
            """);
    assertThat(connects(evaluator, WEB, NODE1)).isTrue();
    assertThat(connects(evaluator, WEB, NODE2)).isFalse();
    assertThat(connects(evaluator, WEB, "203.0.113.2")).isFalse();
    assertThat(connects(evaluator, WEB, OUTSIDE)).isTrue();
    assertThat(connects(evaluator, CLIENT, NODE2)).as("not a subject").isTrue();
  }

  @Test
  void aPolicyThatCannotBeFollowedDeniesWhateverOthersOfItsTierSay() {
    String bad = "shop/bad: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [{}]}]}\n";
    PolicyEvaluator evaluator =
        with(bad + "shop/allow: {podSelector: {}, ingress: [{}], egress: [{}]}");
    Verdict verdict = new Question(evaluator, CLIENT, WEB).tcp(80);
    assertThat(last(verdict, Direction.INGRESS).decision()).isEqualTo(Decision.DENY);
    assertThat(last(verdict, Direction.INGRESS).policies()).containsExactly("shop/bad");
    assertThat(last(verdict, Direction.INGRESS).reason())
        .isEqualTo("shop/bad cannot be followed: spec.ingress[0].from[0]: is empty");
    assertThat(connects(evaluator, CLIENT, DB)).as("not selected").isTrue();
    assertThat(connects(evaluator, WEB, CLIENT)).as("the other direction").isTrue();

    String admin =
        """
        allow:
          tier: Admin
          priority: 1
          subject: {namespaces: {}}
          ingress: [{action: Accept, from: [{namespaces: {}}]}]
        """;
    assertThat(connects(with(bad + admin), CLIENT, WEB)).as("an earlier tier").isTrue();
    String badAdmin =
        """
        bad:
          tier: Admin
          priority: 1000
          subject: {namespaces: {}}
          ingress: [{action: Allow, from: [{namespaces: {}}]}]
        """;
    assertThat(connects(with(admin + badAdmin), CLIENT, WEB)).isFalse();
  }

  @Test
  void aNamespaceThatIsNotKnownYetIsSelectedWhereAllAre() {
    ClusterState state =
        state(
            """
            some:
              tier: Admin
              priority: 1
              subject: {namespaces: {matchExpressions: [{key: team, operator: DoesNotExist}]}}
              ingress: [{action: Deny, from: [{namespaces: {}}]}]
            all:
              tier: Admin
              priority: 2
              subject: {namespaces: {}}
              egress: [{action: Deny, to: [{namespaces: {}}]}]
            """);
    PolicyEvaluator evaluator =
        new PolicyEvaluator(
            new ClusterState(state.policies(), Map.of(), state.pods(), state.nodes(), Map.of()));
    Verdict verdict = new Question(evaluator, CLIENT, WEB).tcp(80);
    assertThat(verdict.direction(Direction.EGRESS).orElseThrow().allowed()).isFalse();
    assertThat(verdict.direction(Direction.INGRESS).orElseThrow().allowed()).isTrue();
  }
}
