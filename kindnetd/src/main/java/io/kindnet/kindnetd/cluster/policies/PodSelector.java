package io.kindnet.kindnetd.cluster.policies;

import java.util.Optional;

/**
 * Selects pods, of one namespace or of several. Pods in the network of their node are never
 * selected, nor are pods that have ended.
 *
 * @param namespace the namespace, where it is one; then {@code namespaces} selects everything
 * @param namespaces which namespaces
 * @param pods which pods of those
 */
public record PodSelector(
    Optional<String> namespace, LabelSelector namespaces, LabelSelector pods) {
  /** Pods of one namespace. */
  public static PodSelector inNamespace(String namespace, LabelSelector pods) {
    return new PodSelector(Optional.of(namespace), LabelSelector.EVERYTHING, pods);
  }

  /** Pods of all namespaces that are selected. */
  public static PodSelector inNamespaces(LabelSelector namespaces, LabelSelector pods) {
    return new PodSelector(Optional.empty(), namespaces, pods);
  }
}
