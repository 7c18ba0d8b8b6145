package io.kindnet.packaging.training;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import java.util.ArrayList;
import java.util.List;

/** The pod of {@link TrainingCalls}, its peers, and the network policies that select it. */
final class TrainingPolicies {
  private static final String NAMESPACE = "default";
  private static final String ROLE = "role";
  private static final int PEERS = 50;

  private TrainingPolicies() {}

  static List<HasMetadata> objects() {
    List<HasMetadata> objects = new ArrayList<>();
    objects.add(
        new NamespaceBuilder()
            .withNewMetadata()
            .withName(NAMESPACE)
            .addToLabels("kubernetes.io/metadata.name", NAMESPACE)
            .endMetadata()
            .build());
    objects.add(pod("training", "server", "node1"));
    for (int number = 1; number <= PEERS; number++) {
      objects.add(peer(number, number % 2 == 0));
    }
    objects.add(policy("peers", "client"));
    objects.add(policy("others", "other"));
    return objects;
  }

  /** A Pod elsewhere, which may reach the pod by the one policy or by the other. */
  static Pod peer(int number, boolean isClient) {
    Pod pod = pod("peer-" + number, isClient ? "client" : "other", "node3");
    String address = "10.244.3." + number;
    return new PodBuilder(pod)
        .withNewStatus()
        .withPhase("Running")
        .withPodIP(address)
        .addNewPodIP()
        .withIp(address)
        .endPodIP()
        .addNewPodIP()
        .withIp("fd00:10:244:3::" + number)
        .endPodIP()
        .endStatus()
        .build();
  }

  private static Pod pod(String name, String role, String node) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace(NAMESPACE)
        .withName(name)
        .addToLabels(ROLE, role)
        .endMetadata()
        .withNewSpec()
        .withNodeName(node)
        .addNewContainer()
        .withName("container")
        .addNewPort()
        .withName("http")
        .withContainerPort(8080)
        .endPort()
        .endContainer()
        .endSpec()
        .build();
  }

  private static HasMetadata policy(String name, String peers) {
    return new NetworkPolicyBuilder()
        .withNewMetadata()
        .withNamespace(NAMESPACE)
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .withNewPodSelector()
        .addToMatchLabels(ROLE, "server")
        .endPodSelector()
        .withPolicyTypes("Ingress", "Egress")
        .addNewIngress()
        .addNewFrom()
        .withNewPodSelector()
        .addToMatchLabels(ROLE, peers)
        .endPodSelector()
        .endFrom()
        .addNewPort()
        .withProtocol("TCP")
        .withPort(new IntOrString("http"))
        .endPort()
        .endIngress()
        .addNewEgress()
        .addNewTo()
        .withNewIpBlock()
        .withCidr("10.0.0.0/8")
        .withExcept("10.0.0.0/24")
        .endIpBlock()
        .endTo()
        .endEgress()
        .endSpec()
        .build();
  }
}
