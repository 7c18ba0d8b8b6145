package io.kindnet.kindnetd.cluster.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ClusterNetworkPolicies as people write them, and what is made of them. */
class ClusterNetworkPolicyReaderTest {
  private static final LabelSelector WEB = new LabelSelector(Map.of("app", "web"), List.of());
  private static final Peer ALL_PODS =
      new Peer.Pods(PodSelector.inNamespaces(LabelSelector.EVERYTHING, LabelSelector.EVERYTHING));

  private static Policy policy(String spec) {
    return ClusterNetworkPolicyReader.read(
        Serialization.unmarshal(
            "metadata: {name: rules, uid: u1}\nspec:\n" + spec.indent(2), JsonNode.class));
  }

  private static Policy withEgress(String rules) {
    return policy(
        "tier: Admin\npriority: 7\nsubject: {namespaces: {}}\negress:\n" + rules.indent(2));
  }

  private static PolicyRules egress(String rules) {
    return withEgress(rules).egress().orElseThrow();
  }

  @Test
  void hasWhatTellsItFromOthers() {
    Policy policy =
        policy("tier: Baseline\npriority: 1000\nsubject: {namespaces: {matchLabels: {app: web}}}");
    assertThat(policy.tier()).isEqualTo(Tier.BASELINE);
    assertThat(policy.priority()).isEqualTo(1000);
    assertThat(policy.fullName()).isEqualTo("rules");
    assertThat(policy.uid()).isEqualTo("u1");
    assertThat(policy.subject()).isEqualTo(PodSelector.inNamespaces(WEB, LabelSelector.EVERYTHING));
    assertThat(policy.ingress()).isEmpty();
    assertThat(policy.egress()).isEmpty();
  }

  @Test
  void theSubjectIsNamespacesOrPods() {
    assertThat(
            policy(
                    """
                    tier: Admin
                    priority: 0
                    subject:
                      pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}
                    ingress: []
                    """)
                .subject())
        .isEqualTo(PodSelector.inNamespaces(LabelSelector.EVERYTHING, WEB));
  }

  @Test
  void rulesKeepTheirOrderTheirActionsAndTheirNames() {
    PolicyRules rules =
        egress(
            """
            - {name: dns, action: Accept, to: [{namespaces: {}}]}
            - {action: Pass, to: [{pods: {podSelector: {matchLabels: {app: web}}}}]}
            - {action: Deny, to: [{networks: [10.0.0.0/8, 'fd00::/8']}, {nodes: {}}]}
            """);
    assertThat(rules.problem()).isEmpty();
    assertThat(rules.warnings()).isEmpty();
    assertThat(rules.rules())
        .containsExactly(
            new PolicyRule("egress[0] (dns)", Action.ACCEPT, List.of(ALL_PODS), List.of()),
            new PolicyRule(
                "egress[1]",
                Action.PASS,
                List.of(new Peer.Pods(PodSelector.inNamespaces(LabelSelector.EVERYTHING, WEB))),
                List.of()),
            new PolicyRule(
                "egress[2]",
                Action.DENY,
                List.of(
                    new Peer.Block(IpPrefix.parse("10.0.0.0/8"), List.of()),
                    new Peer.Block(IpPrefix.parse("fd00::/8"), List.of()),
                    new Peer.Nodes(LabelSelector.EVERYTHING)),
                List.of()));
  }

  @Test
  void protocolsAreNumbersRangesNamesOrAllPorts() {
    PolicyRules rules =
        egress(
            """
            - action: Accept
              to: [{namespaces: {}}]
              protocols:
              - tcp: {destinationPort: {number: 80}}
              - udp: {destinationPort: {range: {start: 53, end: 54}}}
              - sctp: {}
              - destinationNamedPort: http
            """);
    assertThat(rules.rules().getFirst().ports())
        .containsExactly(
            new PolicyPort.Range(TransportProtocol.TCP, 80, 80),
            new PolicyPort.Range(TransportProtocol.UDP, 53, 54),
            new PolicyPort.Range(TransportProtocol.SCTP, 0, 65535),
            new PolicyPort.Named(Optional.empty(), "http"));
  }

  @Test
  void domainNamesAreInLowerCaseWithoutTheFinalDot() {
    PolicyRules rules =
        egress(
            """
            - {action: Accept, to: [{domainNames: [www.Example.COM., "*.example.org", a_b.example]}]}
            """);
    assertThat(rules.problem()).isEmpty();
    assertThat(rules.warnings()).isEmpty();
    assertThat(rules.rules().getFirst().peers())
        .containsExactly(
            new Peer.DomainNames(
                new TreeSet<>(Set.of("www.example.com", "*.example.org", "a_b.example"))));
  }

  /** No traffic is accepted for the sake of what is no name. */
  @Test
  void whatIsNoDomainNameIsLeftOutWithAWarning() {
    PolicyRules rules =
        egress(
            """
            - {action: Accept, to: [{domainNames: ["example..com", "a.*.example"]}]}
            - {action: Accept, to: [{namespaces: {}}, {domainNames: [example, a.example]}]}
            """);
    assertThat(rules.problem()).isEmpty();
    assertThat(rules.rules())
        .extracting(PolicyRule::place, PolicyRule::peers)
        .containsExactly(
            tuple(
                "egress[1]",
                List.of(ALL_PODS, new Peer.DomainNames(new TreeSet<>(Set.of("a.example"))))));
    assertThat(rules.warnings())
        .containsExactly(
            "spec.egress[0].to[0].domainNames[0]: 'example..com' is no domain name",
            "spec.egress[0].to[0].domainNames[1]: 'a.*.example' is no domain name",
            "spec.egress[0] accepts nothing therefore",
            "spec.egress[1].to[1].domainNames[0]: 'example' is no domain name");
  }

  /** The API has no such rule; it must not let through what it was to deny. */
  @Test
  void domainNamesOfARuleThatDoesNotAcceptDenyEverything() {
    PolicyRules rules =
        egress("[{action: Pass, to: [{domainNames: [a.example]}, {namespaces: {}}]}]");
    assertThat(rules.rules())
        .extracting(PolicyRule::action, PolicyRule::peers)
        .containsExactly(tuple(Action.DENY, List.of()));
    assertThat(rules.warnings())
        .containsExactly(
            "spec.egress[0].to[0].domainNames: domain names are for rules with the action Accept"
                + " only",
            "spec.egress[0] denies everything therefore");
  }

  @Test
  void aPeerOfAnUnknownKindAcceptsNothingAndDeniesAll() {
    PolicyRules rules =
        egress(
            """
            - {action: Accept, to: [{namespaces: {}}, {}]}
            - {action: Accept, to: [{services: {}}]}
            - {name: no, action: Pass, to: [{namespaces: {}}, {services: {}}]}
            - {action: Accept, to: [{namespaces: {}}]}
            """);
    assertThat(rules.problem()).isEmpty();
    assertThat(rules.rules())
        .containsExactly(
            new PolicyRule("egress[2] (no)", Action.DENY, List.of(), List.of()),
            new PolicyRule("egress[3]", Action.ACCEPT, List.of(ALL_PODS), List.of()));
    assertThat(rules.warnings())
        .contains(
            "spec.egress[0].to[1]: no kind of peer that is known",
            "spec.egress[2] denies everything therefore");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "action: Allow, to: [{namespaces: {}}]|spec.egress[0].action: 'Allow' is not known",
        "to: [{namespaces: {}}]|spec.egress[0].action: is missing",
        "action: Deny, to: []|spec.egress[0].to: is empty",
        "action: Deny|spec.egress[0].to: is empty",
        "action: Deny, from: [{namespaces: {}}]|spec.egress[0].from: is not a known field",
        "action: Deny, to: [{networks: [10.0.0.0/33]}]|spec.egress[0].to[0].networks[0]: '10.0.0.0/33' is not a CIDR",
        "action: Deny, to: [{networks: []}]|spec.egress[0].to[0].networks: is empty",
        "action: Deny, to: [{namespaces: {}, nodes: {}}]|spec.egress[0].to[0]: has more than one kind of peer",
        "action: Deny, to: [{pods: {namespaceSelector: {}}}]|spec.egress[0].to[0].pods.podSelector: is missing",
        "action: Deny, to: [{namespaces: {matchExpressions: [{key: a, operator: in}]}}]|spec.egress[0].to[0].namespaces.matchExpressions[0].operator: 'in' is not known",
        "action: Deny, to: [{namespaces: {}}], protocols: []|spec.egress[0].protocols: is empty",
        "action: Deny, to: [{namespaces: {}}], protocols: [{}]|spec.egress[0].protocols[0]: has not exactly one of tcp, udp, sctp and destinationNamedPort",
        "action: Deny, to: [{namespaces: {}}], protocols: [{icmp: {}}]|spec.egress[0].protocols[0].icmp: is not a known field",
        "action: Deny, to: [{namespaces: {}}], protocols: [{tcp: {flags: x}}]|spec.egress[0].protocols[0].tcp.flags: is not a known field",
        "action: Deny, to: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {}}}]|spec.egress[0].protocols[0].tcp.destinationPort: has not exactly one of number and range",
        "action: Deny, to: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {number: 65536}}}]|spec.egress[0].protocols[0].tcp.destinationPort.number: 65536 is not between 1 and 65535",
        "action: Deny, to: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {range: {start: 9, end: 8}}}}]|spec.egress[0].protocols[0].tcp.destinationPort.range: end 8 is below start 9",
        "action: Deny, to: [{namespaces: {}}], protocols: [{destinationNamedPort: ''}]|spec.egress[0].protocols[0].destinationNamedPort: is empty",
      })
  void whatCannotBeFollowedMakesTheDirectionUnusableAndNoOther(String rule, String problem) {
    Policy policy =
        policy(
            "tier: Admin\npriority: 1\nsubject: {namespaces: {}}\negress: [{"
                + rule
                + "}]\ningress: [{action: Deny, from: [{namespaces: {}}]}]");
    assertThat(policy.egress()).contains(PolicyRules.unusable(problem));
    assertThat(policy.ingress().orElseThrow().rules()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "tier: Admin, subject: {namespaces: {}}|spec.priority: is missing",
        "tier: Admin, priority: 1001, subject: {namespaces: {}}|spec.priority: 1001 is not between 0 and 1000",
        "priority: 1, subject: {namespaces: {}}|spec.tier: is missing",
        "tier: Application, priority: 1, subject: {namespaces: {}}|spec.tier: 'Application' is not known",
        "tier: Admin, priority: 1, subject: {}|spec.subject: has not exactly one of namespaces and pods",
        "tier: Admin, priority: 1, subject: {namespaces: {}, pods: {podSelector: {}}}|spec.subject: has not exactly one of namespaces and pods",
        "tier: Admin, priority: 1, subject: {serviceAccounts: {}}|spec.subject.serviceAccounts: is not a known field",
        "tier: Admin, priority: 1, subject: {namespaces: {matchExpressions: [{key: a, operator: is}]}}|spec.subject.namespaces.matchExpressions[0].operator: 'is' is not known",
      })
  void whatIsWrongWithThePolicyAsAWholeMakesAllUnusableThatItSpeaksOf(String spec, String problem) {
    Policy policy =
        ClusterNetworkPolicyReader.read(
            Serialization.unmarshal(
                "metadata: {name: rules}\nspec: {"
                    + spec
                    + ", egress: [{action: Accept, to: [{namespaces: {}}]}]}",
                JsonNode.class));
    assertThat(policy.tier()).isEqualTo(Tier.ADMIN);
    assertThat(policy.egress()).contains(PolicyRules.unusable(problem));
    assertThat(policy.ingress()).isEmpty();
    assertThat(policy.subject())
        .isEqualTo(PodSelector.inNamespaces(LabelSelector.EVERYTHING, LabelSelector.EVERYTHING));
  }

  @Test
  void aSubjectThatCannotBeReadSelectsAtLeastWhatItMeans() {
    Policy policy =
        policy(
            """
            tier: Baseline
            priority: 1
            subject:
              pods:
                namespaceSelector: {matchLabels: {app: web}}
                podSelector: {matchExpressions: [{key: a, operator: is}]}
            ingress: [{action: Accept, from: [{namespaces: {}}]}]
            """);
    assertThat(policy.tier()).isEqualTo(Tier.BASELINE);
    assertThat(policy.subject()).isEqualTo(PodSelector.inNamespaces(WEB, LabelSelector.EVERYTHING));
    assertThat(policy.ingress().orElseThrow().problem())
        .contains("spec.subject.pods.podSelector.matchExpressions[0].operator: 'is' is not known");
  }

  @Test
  void whateverItIsThereIsAPolicy() throws Exception {
    for (String json : List.of("{}", "[]", "null", "{\"spec\": {\"egress\": 7}}")) {
      Policy policy = ClusterNetworkPolicyReader.read(new ObjectMapper().readTree(json));
      assertThat(policy.tier()).as(json).isEqualTo(Tier.ADMIN);
    }
    assertThat(
            ClusterNetworkPolicyReader.read(
                    new ObjectMapper().readTree("{\"spec\": {\"egress\": 7}}"))
                .egress()
                .orElseThrow()
                .problem())
        .isPresent();
  }
}
