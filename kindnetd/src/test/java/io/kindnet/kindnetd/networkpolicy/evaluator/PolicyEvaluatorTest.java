package io.kindnet.kindnetd.networkpolicy.evaluator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.netlink.ip.IpAddresses;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the API says, one sentence after the other. */
class PolicyEvaluatorTest {
  private static final String WEB = "10.1.0.1";
  private static final String DB = "10.1.0.2";
  private static final String CLIENT = "10.1.0.3";
  private static final String DONE = "10.1.0.9";
  private static final String NODE1 = "192.0.2.1";
  private static final String NODE2 = "192.0.2.2";
  private static final String OUTSIDE = "198.51.100.7";

  private static final String CLUSTER =
      """
      namespaces:
      - {kind: Namespace, metadata: {name: shop, labels: {team: shop}}}
      - {kind: Namespace, metadata: {name: other, labels: {team: other}}}
      nodes:
      - kind: Node
        metadata: {name: node1, labels: {role: edge}}
        status: {addresses: [{type: InternalIP, address: 192.0.2.1}, {type: Hostname, address: node1}]}
      - kind: Node
        metadata: {name: node2}
        status: {addresses: [{type: InternalIP, address: 192.0.2.2}, {type: ExternalIP, address: 203.0.113.2}]}
      pods:
      - kind: Pod
        metadata: {namespace: shop, name: web, labels: {app: web}}
        spec:
          nodeName: node1
          containers:
          - ports:
            - {name: http, containerPort: 8080}
            - {name: dns, containerPort: 53, protocol: UDP}
            - {name: dns, containerPort: 53, protocol: TCP}
        status: {phase: Running, podIPs: [{ip: 10.1.0.1}, {ip: 'fd00::1'}]}
      - kind: Pod
        metadata: {namespace: shop, name: db, labels: {app: db}}
        spec: {nodeName: node1}
        status: {phase: Pending, podIPs: [{ip: 10.1.0.2}, {ip: 'fd00::2'}]}
      - kind: Pod
        metadata: {namespace: other, name: client, labels: {app: client}}
        spec: {nodeName: node2}
        status: {phase: Running, podIPs: [{ip: 10.1.0.3}]}
      - kind: Pod
        metadata: {namespace: shop, name: done, labels: {app: client}}
        spec: {nodeName: node1}
        status: {phase: Succeeded, podIPs: [{ip: 10.1.0.9}]}
      - kind: Pod
        metadata: {namespace: shop, name: host, labels: {app: web}}
        spec: {nodeName: node1, hostNetwork: true}
        status: {phase: Running, podIPs: [{ip: 192.0.2.1}]}
      """;

  /** A connection that is asked about. */
  private record Question(PolicyEvaluator evaluator, String source, String destination) {
    Verdict tcp(int port) {
      return ask(Optional.of(TransportProtocol.TCP), port);
    }

    Verdict udp(int port) {
      return ask(Optional.of(TransportProtocol.UDP), port);
    }

    Verdict sctp(int port) {
      return ask(Optional.of(TransportProtocol.SCTP), port);
    }

    Verdict icmp() {
      return ask(Optional.empty(), 0);
    }

    private Verdict ask(Optional<TransportProtocol> protocol, int port) {
      return evaluator.evaluate(
          new Connection(
              IpAddresses.parse(source), IpAddresses.parse(destination), protocol, port));
    }
  }

  /** The cluster with policies, each {@code namespace/name: {spec}} or {@code name: {spec}}. */
  private static ClusterState state(String policies) {
    ObjectNode cluster = Serialization.unmarshal(CLUSTER, ObjectNode.class);
    JsonNode specs = Serialization.unmarshal(policies, JsonNode.class);
    for (Map.Entry<String, JsonNode> spec : specs.properties()) {
      String[] words = spec.getKey().split("/", -1);
      ObjectNode policy =
          cluster
              .withArray(words.length == 2 ? "networkPolicies" : "clusterNetworkPolicies")
              .addObject();
      policy.withObjectProperty("metadata").put("name", words[words.length - 1]);
      if (words.length == 2) {
        policy.withObjectProperty("metadata").put("namespace", words[0]);
      }
      policy.set("spec", spec.getValue());
    }
    return ClusterJson.state(cluster);
  }

  private static PolicyEvaluator with(String policies) {
    return new PolicyEvaluator(state(policies));
  }

  private static boolean connects(PolicyEvaluator evaluator, String source, String destination) {
    return new Question(evaluator, source, destination).tcp(8080).allowed();
  }

  private static TierVerdict last(Verdict verdict, Direction direction) {
    return verdict.direction(direction).orElseThrow().tiers().getLast();
  }

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
