package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.kindnetd.cluster.policies.Tier;

/**
 * Which policies are enforced.
 *
 * @param enabled {@code --network-policy}: any at all; NetworkPolicies always are then
 * @param adminTier {@code --admin-network-policy}: ClusterNetworkPolicies of the tier Admin, too
 * @param baselineTier {@code --baseline-admin-network-policy}: those of the tier Baseline, too
 */
public record NetworkPolicyOptions(boolean enabled, boolean adminTier, boolean baselineTier) {
  /** Whether ClusterNetworkPolicies of any tier are enforced. */
  public boolean hasClusterTiers() {
    return enabled && (adminTier || baselineTier);
  }

  /** Which tiers of ClusterNetworkPolicies are enforced, for people. */
  String clusterTiers() {
    return adminTier && baselineTier
        ? "the tiers Admin and Baseline"
        : adminTier ? "the tier Admin" : baselineTier ? "the tier Baseline" : "no tier";
  }

  /** Whether policies of {@code tier} are enforced. */
  public boolean enforces(Tier tier) {
    return switch (tier) {
      case ADMIN -> enabled && adminTier;
      case NETWORK_POLICY -> enabled;
      case BASELINE -> enabled && baselineTier;
    };
  }
}
