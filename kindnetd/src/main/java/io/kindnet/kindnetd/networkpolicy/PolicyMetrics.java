package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.networkpolicy.compiler.Plan;
import io.kindnet.kindnetd.networkpolicy.domains.DomainAddresses;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.nftables.NftablesSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleConsumer;
import java.util.function.Supplier;

/** The metrics of network policies. */
final class PolicyMetrics {
  private final AgentStatus status;
  private final EventTimes times = new EventTimes();
  private final SetSizes sizes = new SetSizes();
  private final DenialCounts counts;
  private final DoubleConsumer applySeconds;
  private volatile Plan plan = Plan.EMPTY;

  PolicyMetrics(
      Status all, AgentStatus status, Supplier<NftablesSocket> nftables, DomainAddresses domains) {
    this.status = status;
    this.counts = new DenialCounts(nftables);
    all.gauge(
        "kindnet_network_policy_isolated_pods",
        "Pods of this node that some policy selects in this direction.",
        List.of("direction"),
        this::isolated);
    all.gauge(
        "kindnet_network_policy_classes",
        "Chains of the kernel that pods with the same policies share, one for each direction.",
        () -> plan.classes());
    all.gauge(
        "kindnet_network_policy_set_elements",
        "Elements of all sets and maps of the table of network policies, but for the addresses of"
            + " domain names.",
        sizes::total);
    all.gauge(
        "kindnet_network_policy_domain_addresses",
        "Addresses that policies let pods connect to because domain names have them.",
        domains::count);
    all.counter(
        "kindnet_network_policy_domain_addresses_refused_total",
        "Addresses of domain names for which there was no room.",
        List.of(),
        () -> Map.of(List.of(), domains.refused()));
    all.counter(
        "kindnet_network_policy_domain_failures_total",
        "Answers of name servers whose addresses the kernel did not take.",
        List.of(),
        () -> Map.of(List.of(), domains.failures()));
    all.counter(
        "kindnet_network_policy_denied_packets_total",
        "Packets that network policies denied, by the policies that say so.",
        List.of("direction", "policy"),
        counts::packets);
    this.applySeconds =
        all.histogram(
            "kindnet_network_policy_apply_duration_seconds",
            "Time from an event of the cluster to the kernel having what it calls for.",
            /* first= */ 0.001,
            /* factor= */ 2,
            /* buckets= */ 14);
  }

  private Map<List<String>, Double> isolated() {
    Map<List<String>, Double> pods = new HashMap<>();
    for (Direction direction : Direction.values()) {
      int number = plan.isolated().getOrDefault(direction, 0);
      pods.put(List.of(PolicyTable.word(direction)), (double) number);
    }
    return pods;
  }

  EventTimes times() {
    return times;
  }

  SetSizes sizes() {
    return sizes;
  }

  DenialCounts counts() {
    return counts;
  }

  Plan plan() {
    return plan;
  }

  void repaired() {
    status.repaired(1);
  }

  /**
   * The kernel has what {@code newPlan} calls for.
   *
   * @param changed whether something was to do
   * @param since when the first event came that led to it
   */
  void planned(Plan newPlan, boolean changed, OptionalLong since) {
    plan = newPlan;
    counts.denials(newPlan.denials());
    if (changed && since.isPresent()) {
      long nanos = System.nanoTime() - since.getAsLong();
      applySeconds.accept(nanos / (double) TimeUnit.SECONDS.toNanos(1));
    }
  }
}
