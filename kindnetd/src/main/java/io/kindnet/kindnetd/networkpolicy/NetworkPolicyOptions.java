package io.kindnet.kindnetd.networkpolicy;

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
}
