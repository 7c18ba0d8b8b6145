package io.kindnet.bench;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRuleBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The objects of a namespace with pods and policies, as the API server has them. */
final class PolicyObjects {
  static final String NAMESPACE = "default";

  /** The label of pods that policies select. */
  private static final String APP = "app";

  /** The label by which rules know their peers. */
  private static final String PEER = "peer";

  private static final String CLIENT = "client";
  private static final int FIRST_OTHER_PORT = 10_000;

  private PolicyObjects() {}

  static Namespace namespace() {
    return new NamespaceBuilder()
        .withNewMetadata()
        .withName(NAMESPACE)
        .withUid("00000000-0000-0000-0000-000000000001")
        .addToLabels("kubernetes.io/metadata.name", NAMESPACE)
        .endMetadata()
        .build();
  }

  /** The pod that the last rule of each policy lets in. */
  static Pod client(String node, String address) {
    return pod(CLIENT, Map.of(PEER, CLIENT), node, address);
  }

  /** A pod with the policies of a server. */
  static Pod server(String name, PolicyRules rules, String node, String address) {
    return pod(name, Map.of(APP, rules.server()), node, address);
  }

  /** A pod of another node, which the rule of its number lets in. */
  static Pod peer(int number) {
    return pod(
        "peer-" + number,
        Map.of(PEER, String.valueOf(number)),
        "node1",
        "10.244.2." + (1 + number % 250));
  }

  /**
   * A pod.
   *
   * @param address empty as long as it has none
   */
  private static Pod pod(String name, Map<String, String> labels, String node, String address) {
    PodBuilder pod =
        new PodBuilder()
            .withNewMetadata()
            .withNamespace(NAMESPACE)
            .withName(name)
            .withUid(name)
            .withLabels(labels)
            .endMetadata()
            .withNewSpec()
            .withNodeName(node)
            .addNewContainer()
            .withName("main")
            .endContainer()
            .endSpec();
    return address.isEmpty()
        ? pod.withNewStatus().withPhase("Pending").endStatus().build()
        : pod.withNewStatus()
            .withPhase("Running")
            .withPodIP(address)
            .addNewPodIP()
            .withIp(address)
            .endPodIP()
            .endStatus()
            .build();
  }

  static NetworkPolicy policy(PolicyRules rules) {
    List<NetworkPolicyIngressRule> ingress = new ArrayList<>();
    for (int number = 1; number < rules.count(); number++) {
      ingress.add(rule(String.valueOf(number), ports(rules, number)));
    }
    ingress.add(rule(CLIENT, List.of(Connections.PORT, Connections.STREAM_PORT)));
    return new NetworkPolicyBuilder()
        .withNewMetadata()
        .withNamespace(NAMESPACE)
        .withName(rules.server())
        .withUid("policy-" + rules.server())
        .endMetadata()
        .withNewSpec()
        .withNewPodSelector()
        .addToMatchLabels(APP, rules.server())
        .endPodSelector()
        .withPolicyTypes("Ingress")
        .withIngress(ingress)
        .endSpec()
        .build();
  }

  private static List<Integer> ports(PolicyRules rules, int number) {
    return rules.portEach()
        ? List.of(FIRST_OTHER_PORT + number)
        : List.of(Connections.PORT, Connections.STREAM_PORT);
  }

  private static NetworkPolicyIngressRule rule(String peer, List<Integer> ports) {
    NetworkPolicyIngressRuleBuilder rule =
        new NetworkPolicyIngressRuleBuilder()
            .addNewFrom()
            .withNewPodSelector()
            .addToMatchLabels(PEER, peer)
            .endPodSelector()
            .endFrom();
    for (int port : ports) {
      rule.addNewPort().withProtocol("TCP").withPort(new IntOrString(port)).endPort();
    }
    return rule.build();
  }
}
