package io.kindnet.demo;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import java.util.ArrayList;
import java.util.List;

/** What the API server has of the pods, and the policies for them. */
final class PolicyObjects {
  static final String NAMESPACE = "default";
  private static final String NAME = "name";

  private PolicyObjects() {}

  static Namespace namespace() {
    return new NamespaceBuilder()
        .withNewMetadata()
        .withName(NAMESPACE)
        .addToLabels("kubernetes.io/metadata.name", NAMESPACE)
        .endMetadata()
        .build();
  }

  /** Every pod has its name as a label. */
  static List<HasMetadata> pods(List<DemoNode> nodes) {
    List<HasMetadata> objects = new ArrayList<>();
    for (DemoNode node : nodes) {
      for (Pod pod : node.pods()) {
        objects.add(object(node, pod));
      }
    }
    return objects;
  }

  private static HasMetadata object(DemoNode node, Pod pod) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace(NAMESPACE)
        .withName(pod.name())
        .addToLabels(NAME, pod.name())
        .endMetadata()
        .withNewSpec()
        .withNodeName(node.name())
        .addNewContainer()
        .withName("echo")
        .addNewPort()
        .withName("echo")
        .withContainerPort(Pod.PORT)
        .endPort()
        .endContainer()
        .endSpec()
        .withNewStatus()
        .withPhase("Running")
        .withPodIP(pod.addressV4())
        .addNewPodIP()
        .withIp(pod.addressV4())
        .endPodIP()
        .addNewPodIP()
        .withIp(pod.addressV6())
        .endPodIP()
        .endStatus()
        .build();
  }

  /** Nobody reaches the pod. */
  static NetworkPolicy denyAll(Pod pod) {
    return new NetworkPolicyBuilder()
        .withNewMetadata()
        .withNamespace(NAMESPACE)
        .withName("deny-all")
        .endMetadata()
        .withNewSpec()
        .withNewPodSelector()
        .addToMatchLabels(NAME, pod.name())
        .endPodSelector()
        .withPolicyTypes("Ingress")
        .endSpec()
        .build();
  }

  /** One pod reaches the other, by TCP. */
  static NetworkPolicy allow(Pod client, Pod server) {
    return new NetworkPolicyBuilder()
        .withNewMetadata()
        .withNamespace(NAMESPACE)
        .withName("allow-one")
        .endMetadata()
        .withNewSpec()
        .withNewPodSelector()
        .addToMatchLabels(NAME, server.name())
        .endPodSelector()
        .withPolicyTypes("Ingress")
        .addNewIngress()
        .addNewFrom()
        .withNewPodSelector()
        .addToMatchLabels(NAME, client.name())
        .endPodSelector()
        .endFrom()
        .addNewPort()
        .withProtocol("TCP")
        .withPort(new IntOrString("echo"))
        .endPort()
        .endIngress()
        .endSpec()
        .build();
  }
}
