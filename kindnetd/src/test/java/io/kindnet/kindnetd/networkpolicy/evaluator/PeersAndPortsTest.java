package io.kindnet.kindnetd.networkpolicy.evaluator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What the API says of peers and ports, one sentence after the other. */
class PeersAndPortsTest extends SmallCluster {
  @Test
  void selectorsOfAPeerAreOfThePolicysNamespaceUnlessOneForNamespacesStandsBesideThem() {
    PolicyEvaluator own =
        with(
            "shop/p: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {}}]}]}");
    assertThat(connects(own, DB, WEB)).isTrue();
    assertThat(connects(own, CLIENT, WEB)).isFalse();
    PolicyEvaluator all =
        with("shop/p: {podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}");
    assertThat(connects(all, CLIENT, WEB)).isTrue();
    assertThat(connects(all, OUTSIDE, WEB)).isFalse();
    PolicyEvaluator both =
        with(
            """
            shop/p:
              podSelector: {}
              ingress:
              - from:
                - namespaceSelector: {matchLabels: {team: other}}
                  podSelector: {matchLabels: {app: db}}
            """);
    assertThat(connects(both, CLIENT, WEB)).isFalse();
    assertThat(connects(both, DB, WEB)).isFalse();
    PolicyEvaluator either =
        with(
            """
            shop/p:
              podSelector: {}
              ingress:
              - from:
                - namespaceSelector: {matchLabels: {team: other}}
                - podSelector: {matchLabels: {app: db}}
            """);
    assertThat(connects(either, CLIENT, WEB)).isTrue();
    assertThat(connects(either, DB, WEB)).isTrue();
  }

  @Test
  void anExceptionBindsItsOwnBlockOnly() {
    PolicyEvaluator evaluator =
        with(
            """
            shop/p:
              podSelector: {}
              ingress:
              - from:
                - ipBlock: {cidr: 198.51.100.0/24, except: [198.51.100.0/28]}
              - from:
                - ipBlock: {cidr: 198.51.100.7/32}
                ports: [{port: 8080}]
            """);
    assertThat(connects(evaluator, "198.51.100.77", WEB)).isTrue();
    assertThat(connects(evaluator, "198.51.100.8", WEB)).isFalse();
    assertThat(connects(evaluator, "198.51.100.7", WEB)).isTrue();
    assertThat(new Question(evaluator, "198.51.100.7", WEB).tcp(80).allowed()).isFalse();
  }

  @Test
  void aBlockMatchesAddressesOfPodsToo() {
    PolicyEvaluator evaluator =
        with("shop/p: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.1.0.0/30}}]}]}");
    assertThat(connects(evaluator, CLIENT, WEB)).isTrue();
    assertThat(connects(evaluator, OUTSIDE, WEB)).isFalse();
    assertThat(connects(evaluator, "fd00::2", "fd00::1")).isFalse();
  }

  @Test
  void everyFamilyIsMatchedByABlockOfItsOwnOnly() {
    PolicyEvaluator evaluator =
        with(
            "shop/p: {podSelector: {}, egress: [{to: [{ipBlock: {cidr: '::/0'}}]}], policyTypes: [Egress]}");
    assertThat(connects(evaluator, "fd00::1", "2001:db8::1")).isTrue();
    assertThat(connects(evaluator, WEB, OUTSIDE)).isFalse();
  }

  @Test
  void rangesIncludeTheirEndsAndAProtocolIsNoOther() {
    PolicyEvaluator evaluator =
        with(
            "shop/p: {podSelector: {}, ingress: [{ports: [{port: 80, endPort: 90}, {protocol: SCTP}]}]}");
    Question question = new Question(evaluator, CLIENT, WEB);
    assertThat(question.tcp(79).allowed()).isFalse();
    assertThat(question.tcp(80).allowed()).isTrue();
    assertThat(question.tcp(90).allowed()).isTrue();
    assertThat(question.tcp(91).allowed()).isFalse();
    assertThat(question.udp(80).allowed()).isFalse();
    assertThat(question.sctp(9).allowed()).isTrue();
  }

  @Test
  void aRuleWithPortsLetsNoIcmpThroughAndOneWithoutDoes() {
    assertThat(
            new Question(with("shop/p: {podSelector: {}, ingress: [{ports: [{}]}]}"), CLIENT, WEB)
                .icmp()
                .allowed())
        .isFalse();
    assertThat(
            new Question(with("shop/p: {podSelector: {}, ingress: [{}]}"), CLIENT, WEB)
                .icmp()
                .allowed())
        .isTrue();
  }

  @Test
  void namedPortsAreThoseOfTheDestination() {
    PolicyEvaluator ingress =
        with(
            "shop/p: {podSelector: {}, ingress: [{ports: [{port: http}, {port: dns, protocol: UDP}]}]}");
    assertThat(new Question(ingress, CLIENT, WEB).tcp(8080).allowed()).isTrue();
    assertThat(new Question(ingress, CLIENT, WEB).tcp(80).allowed()).isFalse();
    assertThat(new Question(ingress, CLIENT, WEB).udp(8080).allowed()).isFalse();
    assertThat(new Question(ingress, CLIENT, WEB).udp(53).allowed()).isTrue();
    assertThat(new Question(ingress, CLIENT, WEB).tcp(53).allowed()).isFalse();
    assertThat(new Question(ingress, CLIENT, DB).tcp(8080).allowed()).isFalse();

    for (String to :
        List.of("", "to: [{ipBlock: {cidr: 10.0.0.0/8}}], ", "to: [{namespaceSelector: {}}], ")) {
      PolicyEvaluator egress =
          with("other/p: {podSelector: {}, egress: [{" + to + "ports: [{port: http}]}]}");
      assertThat(new Question(egress, CLIENT, WEB).tcp(8080).allowed()).as(to).isTrue();
      assertThat(new Question(egress, CLIENT, WEB).tcp(80).allowed()).as(to).isFalse();
      assertThat(new Question(egress, CLIENT, DB).tcp(8080).allowed()).as(to).isFalse();
      assertThat(new Question(egress, CLIENT, OUTSIDE).tcp(8080).allowed()).as(to).isFalse();
    }
  }
}
