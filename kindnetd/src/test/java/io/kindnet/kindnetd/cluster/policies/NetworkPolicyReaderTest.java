package io.kindnet.kindnetd.cluster.policies;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.cluster.policies.LabelRequirement.Operator;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** NetworkPolicies as people write them, and what is made of them. */
class NetworkPolicyReaderTest {
  private static final LabelSelector WEB = new LabelSelector(Map.of("app", "web"), List.of());
  private static final PolicyRule ANYTHING =
      new PolicyRule("ingress[0]", Action.ACCEPT, List.of(), List.of());

  private static Policy policy(String spec) {
    return NetworkPolicyReader.read(
        Serialization.unmarshal(
            "metadata: {namespace: shop, name: web, uid: u1, resourceVersion: '7'}\n"
                + "spec:\n"
                + spec.indent(2),
            JsonNode.class));
  }

  private static PolicyRules ingress(String spec) {
    return policy(spec).ingress().orElseThrow();
  }

  private static List<Peer> peers(String from) {
    PolicyRules rules = ingress("ingress:\n- from:\n" + from.indent(2));
    assertThat(rules.problem()).isEmpty();
    return rules.rules().getFirst().peers();
  }

  private static List<PolicyPort> ports(String ports) {
    PolicyRules rules = ingress("ingress:\n- ports: " + ports);
    assertThat(rules.problem()).isEmpty();
    return rules.rules().getFirst().ports();
  }

  @Test
  void hasWhatTellsItFromOthers() {
    Policy policy = policy("podSelector: {matchLabels: {app: web}}");
    assertThat(policy.tier()).isEqualTo(Tier.NETWORK_POLICY);
    assertThat(policy.fullName()).isEqualTo("shop/web");
    assertThat(policy.uid()).isEqualTo("u1");
    assertThat(policy.subject()).isEqualTo(PodSelector.inNamespace("shop", WEB));
  }

  @Test
  void withoutTypesSaysWhatItsSectionsSay() {
    Policy nothing = policy("podSelector: {}");
    assertThat(nothing.ingress()).contains(PolicyRules.of(List.of()));
    assertThat(nothing.egress()).isEmpty();
    assertThat(policy("podSelector: {}\negress: []").egress()).isEmpty();
    Policy egress = policy("podSelector: {}\negress: [{}]");
    assertThat(egress.ingress()).contains(PolicyRules.of(List.of()));
    assertThat(egress.egress().orElseThrow().rules()).hasSize(1);
    assertThat(policy("podSelector: {}\npolicyTypes: []\negress: null").egress()).isEmpty();
  }

  @Test
  void saysNothingOfADirectionThatIsNotAmongItsTypes() {
    Policy policy = policy("podSelector: {}\npolicyTypes: [Egress]\ningress: [{}]");
    assertThat(policy.ingress()).isEmpty();
    assertThat(policy.egress()).contains(PolicyRules.of(List.of()));
  }

  @Test
  void anEmptyRuleIsForEverybodyAndNoRuleForNobody() {
    assertThat(ingress("ingress: []").rules()).isEmpty();
    assertThat(ingress("ingress: null").rules()).isEmpty();
    assertThat(ingress("ingress: [{}]").rules()).containsExactly(ANYTHING);
    assertThat(ingress("ingress: [{from: [], ports: []}]").rules()).containsExactly(ANYTHING);
    assertThat(ingress("ingress: [{from: null, ports: null}]").rules()).containsExactly(ANYTHING);
  }

  @Test
  void anEmptySelectorSelectsAllAndAnAbsentOneIsNone() {
    assertThat(peers("- podSelector: {}"))
        .containsExactly(new Peer.Pods(PodSelector.inNamespace("shop", LabelSelector.EVERYTHING)));
    assertThat(peers("- podSelector: {}\n  namespaceSelector: null"))
        .containsExactly(new Peer.Pods(PodSelector.inNamespace("shop", LabelSelector.EVERYTHING)));
    assertThat(peers("- namespaceSelector: {}"))
        .containsExactly(
            new Peer.Pods(
                PodSelector.inNamespaces(LabelSelector.EVERYTHING, LabelSelector.EVERYTHING)));
    assertThat(peers("- namespaceSelector: {matchLabels: {app: web}}\n  podSelector: null"))
        .containsExactly(new Peer.Pods(PodSelector.inNamespaces(WEB, LabelSelector.EVERYTHING)));
  }

  @Test
  void twoSelectorsInOnePeerBothHaveToMatchAndInTwoPeersEither() {
    assertThat(
            peers(
                """
                - namespaceSelector: {matchExpressions: [{key: env, operator: In, values: [a, b]}]}
                  podSelector: {matchLabels: {app: web}}
                """))
        .containsExactly(
            new Peer.Pods(
                PodSelector.inNamespaces(
                    new LabelSelector(
                        Map.of(),
                        List.of(new LabelRequirement("env", Operator.IN, List.of("a", "b")))),
                    WEB)));
    assertThat(peers("- namespaceSelector: {}\n- podSelector: {}")).hasSize(2);
  }

  @Test
  void blocksAreReadAsTheApiServerReadsThem() {
    assertThat(peers("- ipBlock: {cidr: 10.1.2.3/8, except: [10.1.0.0/16, 010.2.0.0/16]}"))
        .containsExactly(
            new Peer.Block(
                IpPrefix.parse("10.0.0.0/8"),
                List.of(IpPrefix.parse("10.1.0.0/16"), IpPrefix.parse("10.2.0.0/16"))));
    assertThat(peers("- ipBlock: {cidr: '::/0', except: null}"))
        .containsExactly(new Peer.Block(IpPrefix.parse("::/0"), List.of()));
  }

  @Test
  void anExceptionLeavesNothingOutThatIsNotInItsBlock() {
    assertThat(peers("- ipBlock: {cidr: 10.1.0.0/16, except: [10.2.0.0/16, 'fd00::/8']}"))
        .containsExactly(new Peer.Block(IpPrefix.parse("10.1.0.0/16"), List.of()));
    IpPrefix block = IpPrefix.parse("10.1.0.0/16");
    assertThat(peers("- ipBlock: {cidr: 10.1.0.0/16, except: [10.0.0.0/8]}"))
        .containsExactly(new Peer.Block(block, List.of(block)));
  }

  @Test
  void portsAreNumbersRangesNamesOrAll() {
    assertThat(ports("[{port: 80}]"))
        .containsExactly(new PolicyPort.Range(TransportProtocol.TCP, 80, 80));
    assertThat(ports("[{port: 80, endPort: 90, protocol: UDP}]"))
        .containsExactly(new PolicyPort.Range(TransportProtocol.UDP, 80, 90));
    assertThat(ports("[{port: 80, endPort: 80}]"))
        .containsExactly(new PolicyPort.Range(TransportProtocol.TCP, 80, 80));
    assertThat(ports("[{protocol: SCTP}, {}]"))
        .containsExactly(
            new PolicyPort.Range(TransportProtocol.SCTP, 0, 65535),
            new PolicyPort.Range(TransportProtocol.TCP, 0, 65535));
    assertThat(ports("[{port: http, protocol: null}]"))
        .containsExactly(new PolicyPort.Named(Optional.of(TransportProtocol.TCP), "http"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "from: [{}]|spec.ingress[0].from[0]: is empty",
        "from: [null]|spec.ingress[0].from[0]: is null",
        "from: {}|spec.ingress[0].from: is not a list",
        "from: [{ipBlock: {cidr: 10.0.0.0}}]|spec.ingress[0].from[0].ipBlock.cidr: '10.0.0.0' is not a CIDR",
        "from: [{ipBlock: {}}]|spec.ingress[0].from[0].ipBlock.cidr: '' is not a CIDR",
        "from: [{ipBlock: {cidr: 10.0.0.0/8, except: [x]}}]|spec.ingress[0].from[0].ipBlock.except[0]: 'x' is not a CIDR",
        "from: [{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}]|spec.ingress[0].from[0]: has a selector beside its ipBlock",
        "from: [{serviceAccounts: {}}]|spec.ingress[0].from[0].serviceAccounts: is not a known field",
        "from: [{podSelector: {matchExpressions: [{key: a, operator: Gt, values: ['1']}]}}]|spec.ingress[0].from[0].podSelector.matchExpressions[0].operator: 'Gt' is not known",
        "from: [{podSelector: {matchExpressions: [{key: a, operator: In}]}}]|spec.ingress[0].from[0].podSelector.matchExpressions[0].values: is empty",
        "from: [{podSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}}]|spec.ingress[0].from[0].podSelector.matchExpressions[0].values: is not empty, with operator Exists",
        "from: [{podSelector: {matchLabels: {a: 1}}}]|spec.ingress[0].from[0].podSelector.matchLabels.a: is not a text",
        "from: [{podSelector: {matchLabel: {a: b}}}]|spec.ingress[0].from[0].podSelector.matchLabel: is not a known field",
        "ports: [{protocol: ICMP}]|spec.ingress[0].ports[0].protocol: 'ICMP' is not known",
        "ports: [{port: 80, endPort: 79}]|spec.ingress[0].ports[0].endPort: 79 is below the port 80",
        "ports: [{endPort: 79}]|spec.ingress[0].ports[0].endPort: stands there without a port",
        "ports: [{port: http, endPort: 79}]|spec.ingress[0].ports[0].endPort: stands beside a port that is a name",
        "ports: [{port: 0}]|spec.ingress[0].ports[0].port: 0 is not between 1 and 65535",
        "ports: [{port: 1, endPort: 65537}]|spec.ingress[0].ports[0].endPort: 65537 is not between 1 and 65535",
        "ports: [{port: 1.5}]|spec.ingress[0].ports[0].port: is not a whole number",
        "peers: []|spec.ingress[0].peers: is not a known field",
      })
  void whatCannotBeFollowedMakesTheDirectionUnusableAndNoOther(String rule, String problem) {
    Policy policy =
        policy(
            "podSelector: {}\npolicyTypes: [Ingress, Egress]\ningress:\n- "
                + rule
                + "\n- {}\negress: [{}]");
    assertThat(policy.ingress()).contains(PolicyRules.unusable(problem));
    assertThat(policy.egress().orElseThrow().rules()).hasSize(1);
    assertThat(policy.egress().orElseThrow().problem()).isEmpty();
  }

  @Test
  void aSubjectThatCannotBeReadSelectsAtLeastWhatItMeans() {
    Policy policy =
        policy(
            """
            podSelector:
              matchLabels: {app: web}
              matchExpressions:
              - {key: a, operator: Near, values: [b]}
              - {key: env, operator: Exists}
            ingress: [{}]
            """);
    assertThat(policy.subject())
        .isEqualTo(
            PodSelector.inNamespace(
                "shop",
                new LabelSelector(
                    Map.of("app", "web"),
                    List.of(new LabelRequirement("env", Operator.EXISTS, List.of())))));
    assertThat(policy.ingress())
        .contains(
            PolicyRules.unusable(
                "spec.podSelector.matchExpressions[0].operator: 'Near' is not known"));
    assertThat(policy.egress()).isEmpty();

    Policy text = policy("podSelector: all\npolicyTypes: [Egress]");
    assertThat(text.subject()).isEqualTo(PodSelector.inNamespace("shop", LabelSelector.EVERYTHING));
    assertThat(text.egress()).contains(PolicyRules.unusable("spec.podSelector: is not an object"));
  }

  @Test
  void anUnknownTypeMakesBothDirectionsUnusable() {
    Policy policy = policy("podSelector: {}\npolicyTypes: [Ingress, Forward]\ningress: [{}]");
    PolicyRules unusable = PolicyRules.unusable("spec.policyTypes[1]: 'Forward' is not known");
    assertThat(policy.ingress()).contains(unusable);
    assertThat(policy.egress()).contains(unusable);
  }

  @Test
  void whateverItIsThereIsAPolicy() throws Exception {
    for (String json : List.of("{}", "[]", "null", "7", "{\"metadata\": 1, \"spec\": []}")) {
      Policy policy = NetworkPolicyReader.read(new ObjectMapper().readTree(json));
      assertThat(policy.tier()).as(json).isEqualTo(Tier.NETWORK_POLICY);
      assertThat(policy.ingress()).as(json).isPresent();
    }
  }

  @Test
  void aPolicyOfAListKnowsItsVersion() {
    PolicyObject object =
        NetworkPolicyReader.NETWORK_POLICIES
            .reader()
            .apply(
                Serialization.unmarshal(
                    "metadata: {namespace: shop, name: web, resourceVersion: '7'}",
                    JsonNode.class));
    assertThat(object.version()).isEqualTo("7");
    assertThat(object.key()).isEqualTo("shop/web");
  }
}
