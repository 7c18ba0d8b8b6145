package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.cni.store.PolicyNamespaces;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.networkpolicy.compiler.AddressKey;
import io.kindnet.kindnetd.networkpolicy.compiler.LogRule;
import io.kindnet.kindnetd.networkpolicy.compiler.Plan;
import io.kindnet.kindnetd.networkpolicy.compiler.Planner;
import io.kindnet.kindnetd.networkpolicy.domains.DomainAddresses;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.NftablesException;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.Rule;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the table to where the views say that it has to be, a pass at a time. For one thread, but
 * for what it shows.
 */
final class PolicyReconciler {
  private static final Logger log = LoggerFactory.getLogger(PolicyReconciler.class);

  /** Each costs some tenth of a microsecond, twice. */
  private static final long MOST_LOOK_UPS = 2_000_000;

  /** So often a pass that meets calls at work begins again. */
  private static final int MOST_TRIES = 3;

  private final NetworkPolicyOptions options;
  private final LocalPods localPods;
  private final Supplier<LogRule> logRule;
  private final Supplier<NftablesSocket> nftables;
  private final Map<Chain, List<Rule>> baseChains;
  private final ClusterTracker tracker;
  private final Planner planner = new Planner();
  private final TableWriter writer;
  private final PolicyMetrics metrics;
  private final EnforcementListener listener;
  private final DomainAddresses domains;
  private LogRule currentLog = LogRule.NONE;
  private @Nullable Set<String> selectable;

  /** What the kernel has; null if that is not known. */
  private @Nullable Plan installed;

  /**
   * @param logRule how denials are logged, asked in each pass
   * @param furtherChains base chains besides those of {@link BaseRules}
   * @param listener is told what is in force
   * @param domains has the addresses of domain names
   */
  PolicyReconciler(
      NetworkPolicyOptions options,
      PolicyViews views,
      LocalPods localPods,
      Supplier<LogRule> logRule,
      Map<Chain, List<Rule>> furtherChains,
      Supplier<NftablesSocket> nftables,
      TableWriter writer,
      PolicyMetrics metrics,
      EnforcementListener listener,
      DomainAddresses domains) {
    this.options = options;
    this.listener = listener;
    this.domains = domains;
    this.localPods = localPods;
    this.logRule = logRule;
    this.nftables = nftables;
    this.baseChains =
        new LinkedHashMap<>(
            listener.marksPackets() ? BaseRules.lettingMarkedThrough() : BaseRules.ALL);
    this.baseChains.putAll(furtherChains);
    this.tracker = new ClusterTracker(views);
    this.writer = writer;
    this.metrics = metrics;
  }

  /** The pod that owns an address, {@code NAMESPACE/NAME}; may be asked by any thread. */
  Optional<String> podAt(InetAddress address) {
    return tracker.podAt(address);
  }

  /** What it still waits for; empty once the kernel is as it has to be. */
  Optional<String> run(Pass pass) {
    Optional<String> missing = tracker.missing();
    if (missing.isPresent()) {
      return missing;
    }
    if (pass == Pass.KERNEL) {
      localPods.refresh();
    }
    OptionalLong since = metrics.times().take();
    try {
      boolean done = false;
      for (int triesLeft = MOST_TRIES - 1; !done; triesLeft--) {
        done = run(pass, since, /* isLast= */ triesLeft == 0);
      }
    } catch (RuntimeException refusal) {
      metrics.times().putBack(since);
      throw refusal;
    }
    return Optional.empty();
  }

  /** Returns false if a call has changed the table meanwhile, so that it has to run again. */
  private boolean run(Pass pass, OptionalLong since, boolean isLast) {
    Plan before = installed;
    ClusterTracker.Changes changes = changes(before != null);
    if (before != null && isTooMuch(before, changes)) {
      before = null;
    }
    boolean changesPlan = followLog();
    changesPlan |= changes.changesPlan();
    ElementDifference elements =
        new ElementDifference(
            before == null ? Plan.EMPTY : before, changes.addresses(), tracker.index());
    installed = null; // until all of it is done
    tracker.apply(changes);
    if (changes.policiesChanged()) {
      planner.policies(
          tracker.policies().stream().filter(policy -> options.enforces(policy.tier())).toList());
    }
    if (changes.namespacesChanged()) {
      planner.namespacesChanged();
    }
    Plan plan =
        before == null || changesPlan ? planner.plan(tracker.index(), changes.local()) : before;
    boolean changed = false;
    boolean foreign = false;
    boolean all = before == null || changesPlan;
    listener.changing(
        new TrackedState(tracker, options, plan),
        address -> all || changes.addresses().contains(AddressKey.of(address)));
    if (all) {
      domains.prepare(plan.sets().values());
    }
    if (before != null) {
      TableUpdate update = new TableUpdate();
      PlanDifference.add(before, plan, tracker.index(), domains, update);
      elements.add(plan, tracker.index(), update);
      if (pass == Pass.KERNEL) {
        // a call that no agent served may have been quicker
        update.skipMissing(PolicyTable.fixedSets(), nftables.get().list());
      }
      try {
        changed = carryOut(update, plan);
      } catch (NftablesException refusal) {
        if (pass != Pass.KERNEL) {
          throw refusal;
        }
        foreign = true;
      }
    }
    if (pass == Pass.KERNEL || before == null) {
      KernelDifference difference =
          KernelDifference.between(
              nftables.get().list(), plan, tracker.index(), baseChains, domains);
      boolean byCalls = CallChanges.explain(difference.update(), plan, localAddresses());
      boolean byOthers = before != null && (foreign || !byCalls);
      if (byOthers && !foreign && !isLast && hasNewerPods()) {
        return false;
      }
      changed |= carryOut(difference.update(), plan);
      metrics.sizes().reset(difference.sizes());
      if (byOthers) {
        log.warn("table {} had been changed by others, put right", PolicyTable.TABLE);
        metrics.repaired();
      }
    }
    domains.installed();
    listener.changed();
    metrics.planned(plan, changed, since);
    localPods.applied(changes.local(), plan.pending());
    return true;
  }

  private Set<InetAddress> localAddresses() {
    return tracker.local().pods().keySet();
  }

  /** The row of a pod is there before the table has its addresses, but maybe only just. */
  private boolean hasNewerPods() {
    localPods.refresh();
    return localPods.snapshot().version() != tracker.local().version();
  }

  /** Whether a comparison with the kernel as a whole costs less than looking at each change. */
  private static boolean isTooMuch(Plan before, ClusterTracker.Changes changes) {
    return (long) changes.addresses().size() * before.sets().size() > MOST_LOOK_UPS;
  }

  private ClusterTracker.Changes changes(boolean wantsAddresses) {
    List<Map<String, Policy>> policies = tracker.currentPolicies();
    Set<String> namespaces = namespaces(policies);
    if (!namespaces.equals(selectable)) {
      localPods.selectable(namespaces);
      selectable = namespaces;
    }
    // before the other views: a pod that is not held any more has its Pod there
    LocalPods.Snapshot local = localPods.snapshot();
    return tracker.changes(policies, local, wantsAddresses);
  }

  private Set<String> namespaces(List<Map<String, Policy>> policies) {
    Set<String> namespaces = new HashSet<>();
    for (Map<String, Policy> kind : policies) {
      for (Policy policy : kind.values()) {
        if (!options.enforces(policy.tier())) {
          continue;
        }
        if (policy.tier() != Tier.NETWORK_POLICY) {
          return Set.of(PolicyNamespaces.ALL);
        }
        namespaces.add(policy.namespace());
      }
    }
    return namespaces;
  }

  private boolean followLog() {
    LogRule wanted = logRule.get();
    if (wanted.equals(currentLog)) {
      return false;
    }
    currentLog = wanted;
    planner.log(wanted);
    return true;
  }

  /** Returns whether anything was to do. */
  private boolean carryOut(TableUpdate update, Plan plan) {
    if (!update.isEmpty()) {
      installed = null;
      metrics.counts().keep(update);
      writer.write(update);
      metrics.sizes().apply(update);
    }
    installed = plan;
    return !update.isEmpty();
  }
}
