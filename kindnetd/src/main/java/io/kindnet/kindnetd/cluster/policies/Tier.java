package io.kindnet.kindnetd.cluster.policies;

/** Which policies are asked first, in this order. */
public enum Tier {
  /** ClusterNetworkPolicies of {@code tier: Admin}. */
  ADMIN,
  /** NetworkPolicies. */
  NETWORK_POLICY,
  /** ClusterNetworkPolicies of {@code tier: Baseline}. */
  BASELINE
}
