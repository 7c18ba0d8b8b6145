package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.kindnetd.cluster.namespaces.ClusterNamespace;
import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.networkpolicy.compiler.AddressKey;
import io.kindnet.kindnetd.networkpolicy.compiler.Plan;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods.PodName;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What {@link ClusterTracker} has taken over, for who listens to what is in force. */
record TrackedState(ClusterTracker tracker, NetworkPolicyOptions options, Plan plan)
    implements EnforcementListener.State {
  @Override
  public Collection<Policy> policies() {
    return tracker.policies().stream().filter(policy -> options.enforces(policy.tier())).toList();
  }

  @Override
  public Map<String, ClusterNamespace> namespaces() {
    return tracker.namespaces();
  }

  @Override
  public Collection<LabelledNode> nodes() {
    return tracker.nodes();
  }

  @Override
  public Map<InetAddress, ClusterPod> localPods() {
    Map<InetAddress, ClusterPod> pods = new HashMap<>();
    for (Map.Entry<InetAddress, PodName> each : tracker.local().pods().entrySet()) {
      ClusterPod pod = tracker.index().pod(each.getValue().key());
      if (pod != null && each.getValue().isOf(pod) && !plan.pending().contains(each.getKey())) {
        pods.put(each.getKey(), pod);
      }
    }
    return pods;
  }

  @Override
  public Set<InetAddress> unrestrictedPods() {
    return plan.unrestricted();
  }

  @Override
  public Set<InetAddress> restrictedPods() {
    Set<InetAddress> others = new HashSet<>(tracker.local().pods().keySet());
    others.removeAll(plan.unrestricted());
    return others;
  }

  @Override
  public Optional<ClusterPod> podAt(InetAddress address) {
    return tracker.index().ownerOf(AddressKey.of(address)).map(key -> tracker.index().pod(key));
  }
}
