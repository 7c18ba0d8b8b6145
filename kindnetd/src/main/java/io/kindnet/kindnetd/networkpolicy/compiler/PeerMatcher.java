package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.kindnetd.cluster.Labels;
import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.LabelSelector;
import io.kindnet.kindnetd.cluster.policies.PodSelector;
import io.kindnet.netlink.ip.AddressFamily;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Finds who of a cluster is selected by labels. */
final class PeerMatcher {
  private final List<PodSelector> pods;
  private final List<LabelSelector> nodes;

  PeerMatcher(Peers peers) {
    this.pods = List.copyOf(peers.pods().values());
    this.nodes = List.copyOf(peers.nodes().values());
  }

  static boolean selects(PodSelector selector, ClusterPod pod, ClusterIndex cluster) {
    return selectsNamespace(selector, pod.namespace(), cluster)
        && selector.pods().matches(pod.labels());
  }

  private static boolean selectsNamespace(
      PodSelector selector, String namespace, ClusterIndex cluster) {
    if (selector.namespace().isPresent()) {
      return selector.namespace().get().equals(namespace);
    }
    if (selector.namespaces().selectsEverything()) {
      return true;
    }
    Labels labels = cluster.namespaceLabels(namespace);
    return labels != null && selector.namespaces().matches(labels);
  }

  /** Whether one of {@code owners} is selected. */
  boolean selects(AddressOwners owners, ClusterIndex cluster) {
    for (ClusterPod pod : owners.pods()) {
      if (selects(pod, cluster)) {
        return true;
      }
    }
    for (LabelledNode node : owners.nodes()) {
      if (selects(node)) {
        return true;
      }
    }
    return false;
  }

  boolean selects(ClusterPod pod, ClusterIndex cluster) {
    for (PodSelector selector : pods) {
      if (selects(selector, pod, cluster)) {
        return true;
      }
    }
    return false;
  }

  private boolean selects(LabelledNode node) {
    for (LabelSelector selector : nodes) {
      if (selector.matches(node.labels())) {
        return true;
      }
    }
    return false;
  }

  /** Addresses, among which are all that belong to a pod or a node that is selected. */
  Set<AddressKey> addresses(AddressFamily family, ClusterIndex cluster) {
    Set<AddressKey> addresses = new HashSet<>();
    Consumer<AddressKey> add =
        address -> {
          if (address.family() == family) {
            addresses.add(address);
          }
        };
    for (PodSelector selector : pods) {
      addPods(selector, cluster, add);
    }
    if (!nodes.isEmpty()) {
      for (LabelledNode node : cluster.nodes()) {
        if (selects(node)) {
          ClusterIndex.addresses(node).forEach(add);
        }
      }
    }
    return addresses;
  }

  private static void addPods(
      PodSelector selector, ClusterIndex cluster, Consumer<AddressKey> add) {
    if (selector.namespace().isPresent()) {
      String name = selector.namespace().get();
      addPods(selector, cluster.podsByNamespace().getOrDefault(name, Map.of()), cluster, add);
      return;
    }
    cluster
        .podsByNamespace()
        .forEach((name, pods) -> {
          if (selectsNamespace(selector, name, cluster)) {
            addPods(selector, pods, cluster, add);
          }
        });
  }

  private static void addPods(
      PodSelector selector,
      Map<String, ClusterPod> pods,
      ClusterIndex cluster,
      Consumer<AddressKey> add) {
    for (ClusterPod pod : pods.values()) {
      if (ClusterIndex.ownsAddresses(pod) && selector.pods().matches(pod.labels())) {
        cluster.addressesOf(pod.namespace() + "/" + pod.name()).forEach(add);
      }
    }
  }
}
