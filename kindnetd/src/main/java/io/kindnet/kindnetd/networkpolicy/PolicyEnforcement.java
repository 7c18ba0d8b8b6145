package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.cni.policy.PendingTable;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.networkpolicy.compiler.DenyChain;
import io.kindnet.kindnetd.networkpolicy.compiler.LogRule;
import io.kindnet.kindnetd.networkpolicy.denials.DenialAgent;
import io.kindnet.kindnetd.networkpolicy.denials.DenialLogRule;
import io.kindnet.kindnetd.networkpolicy.denials.DenialOptions;
import io.kindnet.kindnetd.networkpolicy.denials.DenyReason;
import io.kindnet.kindnetd.networkpolicy.domains.DomainAddresses;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The agent that enforces policies and the one that logs what they deny: the first makes the rules
 * that log only where the second can read them, and tells it what they stand for.
 */
public final class PolicyEnforcement {
  private final NetworkPolicyAgent agent;
  private final DenialAgent denials;

  /**
   * @param bridge the name of the bridge that pods are on; empty where each has a link of its own
   * @param listener is told what is in force
   * @param domains has the addresses of domain names
   * @param nftables gives the socket of the network namespace; stays the caller's to close
   * @param events what others than {@code nftables} do there
   */
  public PolicyEnforcement(
      NetworkPolicyOptions options,
      PolicyResources resources,
      LocalPods localPods,
      Optional<String> bridge,
      DenialOptions denialOptions,
      EnforcementListener listener,
      DomainAddresses domains,
      Supplier<NftablesSocket> nftables,
      KernelWatch<NftablesEvents.Events> events,
      Status status) {
    this.agent =
        new NetworkPolicyAgent(
            options,
            resources::start,
            localPods,
            this::logRule,
            bridge.map(PendingTable::ofBridge).orElse(Map.of()),
            listener,
            domains,
            nftables,
            events,
            status);
    this.denials = new DenialAgent(denialOptions, this::reason, agent::podAt, nftables, status);
    denials.onChange(agent::lookAgain);
  }

  /** Enforces policies. */
  public NetworkPolicyAgent agent() {
    return agent;
  }

  /** Logs what they deny. */
  public DenialAgent denials() {
    return denials;
  }

  private LogRule logRule() {
    return denials.rulesMayLog() ? DenialLogRule::expressions : LogRule.NONE;
  }

  private Optional<DenyReason> reason(Direction direction, String chain) {
    return agent.denial(chain).map(PolicyEnforcement::reason);
  }

  private static DenyReason reason(DenyChain chain) {
    return new DenyReason(
        switch (chain.reason()) {
          case DEFAULT -> DenyReason.Kind.DEFAULT_DENY;
          case RULE -> DenyReason.Kind.RULE;
          case UNUSABLE -> DenyReason.Kind.UNUSABLE;
          case PENDING -> DenyReason.Kind.PENDING;
        },
        chain.policies());
  }
}
