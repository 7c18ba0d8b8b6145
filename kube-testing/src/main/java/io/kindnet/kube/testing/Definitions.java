package io.kindnet.kube.testing;

/** Definitions of custom resources that a test may install. */
public final class Definitions {
  /** Of {@code policy.networking.k8s.io/v1alpha2}, without a schema. */
  public static final String CLUSTER_NETWORK_POLICIES =
      """
      {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
       "metadata": {"name": "clusternetworkpolicies.policy.networking.k8s.io"},
       "spec": {"group": "policy.networking.k8s.io", "scope": "Cluster",
        "names": {"plural": "clusternetworkpolicies", "kind": "ClusterNetworkPolicy"},
        "versions": [{"name": "v1alpha2", "served": true, "storage": true}]}}
      """;

  private Definitions() {}
}
