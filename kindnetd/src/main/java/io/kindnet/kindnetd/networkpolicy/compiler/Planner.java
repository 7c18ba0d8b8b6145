package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.networkpolicy.PolicyTable;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods.PodName;
import io.kindnet.netlink.nftables.Rule;
import java.net.InetAddress;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes plans, and remembers what it made the last one of: a pod that starts costs no look at the
 * policies of the others. What it makes is a function of what it is given all the same. For one
 * thread.
 */
public final class Planner {
  private static final Logger LOGGER = LoggerFactory.getLogger(Planner.class);

  private PolicyIndex policies = new PolicyIndex(List.of());
  private LogRule log = LogRule.NONE;
  private Map<String, Known> pods = new HashMap<>();
  private Map<String, CompiledClass> classes = new HashMap<>();
  private final Map<String, List<Rule>> denyRules = new HashMap<>();

  /**
   * What is known of a pod, as long as it stays as it was.
   *
   * @param members what its addresses are in the table
   */
  private record Known(
      ClusterPod pod,
      Map<Direction, PodClass> classes,
      Map<InetAddress, List<PlanBuilder.Member>> members) {}

  /** These are the policies from now on. */
  public void policies(Collection<Policy> all) {
    policies = new PolicyIndex(all);
    pods.clear();
  }

  /** This is how denials are logged from now on. */
  public void log(LogRule newLog) {
    log = newLog;
    classes.clear();
    denyRules.clear();
  }

  /** The labels of Namespaces have changed, so that other policies may select a pod. */
  public void namespacesChanged() {
    pods.clear();
  }

  /** The plan for {@code local} in a cluster of which {@code cluster} knows the same. */
  public Plan plan(ClusterIndex cluster, LocalPods.Snapshot local) {
    PlanBuilder builder = new PlanBuilder(this::rules);
    Map<String, Known> usedPods = new HashMap<>();
    Map<String, CompiledClass> usedClasses = new HashMap<>();
    Map<Direction, Set<String>> isolated = new EnumMap<>(Direction.class);
    for (Direction direction : Direction.values()) {
      isolated.put(direction, new HashSet<>());
    }
    for (Map.Entry<InetAddress, PodName> entry : local.pods().entrySet()) {
      InetAddress address = entry.getKey();
      String key = entry.getValue().key();
      @Nullable ClusterPod pod = cluster.pod(entry.getValue());
      if (isHeld(pod, cluster) && local.held().contains(address)) {
        builder.addPending(address);
      }
      if (pod == null || !ClusterIndex.ownsAddresses(pod)) {
        continue;
      }
      Known known = known(key, pod, cluster);
      usedPods.put(key, known);
      if (known.classes.isEmpty()) {
        builder.addUnrestricted(address);
      }
      known.classes.forEach((direction, podClass) -> {
        usedClasses.computeIfAbsent(podClass.name(), name -> compiled(podClass));
        isolated.computeIfAbsent(direction, _ -> new HashSet<>()).add(key);
      });
      known
          .members
          .computeIfAbsent(address, at -> PlanBuilder.members(at, key, known.classes.values()))
          .forEach(builder::add);
    }
    pods = usedPods;
    classes = usedClasses;
    usedClasses.values().forEach(builder::add);
    Plan plan = builder.build(isolated, usedClasses.size());
    denyRules.keySet().retainAll(plan.denials().keySet());
    return plan;
  }

  /** Whether it is not known yet which policies are those of the pod. */
  private static boolean isHeld(@Nullable ClusterPod pod, ClusterIndex cluster) {
    return pod == null
        || pod.isTerminated()
        || (!pod.hostNetwork() && cluster.namespaceLabels(pod.namespace()) == null);
  }

  @SuppressWarnings("ReferenceEquality") // a Pod that changes is another record
  private Known known(String key, ClusterPod pod, ClusterIndex cluster) {
    Known known = pods.get(key);
    if (known != null && known.pod == pod) {
      return known;
    }
    Map<Direction, PodClass> found = new EnumMap<>(Direction.class);
    for (Direction direction : Direction.values()) {
      policies
          .classOf(pod, direction, cluster)
          .ifPresent(podClass -> found.put(direction, podClass));
    }
    return new Known(pod, found, new HashMap<>());
  }

  private CompiledClass compiled(PodClass podClass) {
    CompiledClass before = classes.get(podClass.name());
    if (before != null && before.podClass().isSame(podClass)) {
      return before;
    }
    try {
      return ClassCompiler.compile(podClass, this::rules);
    } catch (RuntimeException bug) {
      // the policies of all other pods must not wait until it is fixed
      LOGGER.error(
          "policies {} cannot be compiled, their pods are denied all {}",
          PodClass.names(podClass.policies()),
          PolicyTable.word(podClass.direction()),
          bug);
      return ClassCompiler.deny(podClass, this::rules);
    }
  }

  private List<Rule> rules(DenyChain chain) {
    return denyRules.computeIfAbsent(chain.name(), _ -> chain.rules(log));
  }
}
