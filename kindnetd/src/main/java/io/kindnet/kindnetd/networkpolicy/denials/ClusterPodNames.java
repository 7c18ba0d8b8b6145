package io.kindnet.kindnetd.networkpolicy.denials;

import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.ClusterView.Change;
import io.kindnet.kindnetd.cluster.ClusterView.Changes;
import io.kindnet.kindnetd.cluster.ClusterView.Snapshot;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods.PodName;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Finds pods by their addresses: those of this node as their ADD chose them, others as their status
 * says. An index of all Pods is made when the first is looked for, and from then on follows what
 * changes, each time that one is looked for.
 */
public final class ClusterPodNames implements PodNames {
  private static final long NEVER = -1;

  private final LocalPods local;
  private final Supplier<ClusterView<ClusterPod>> pods;
  private final Map<InetAddress, String> names = new HashMap<>();
  private long version = NEVER;

  /**
   * @param pods asked for when the first pod is looked for; its keys are {@code NAMESPACE/NAME}
   */
  public ClusterPodNames(LocalPods local, Supplier<ClusterView<ClusterPod>> pods) {
    this.local = local;
    this.pods = pods;
  }

  @Override
  public synchronized Optional<String> at(InetAddress address) {
    PodName own = local.snapshot().pods().get(address);
    if (own != null) {
      return own.name().isEmpty() ? Optional.empty() : Optional.of(own.key());
    }
    follow(pods.get());
    return Optional.ofNullable(names.get(address));
  }

  private void follow(ClusterView<ClusterPod> view) {
    Optional<Changes<ClusterPod>> changes =
        version == NEVER ? Optional.empty() : view.changesSince(version);
    if (changes.isPresent()) {
      version = changes.get().version();
      changes.get().changes().forEach(this::apply);
    } else {
      view.snapshot().ifPresent(this::restart);
    }
  }

  private void restart(Snapshot<ClusterPod> snapshot) {
    version = snapshot.version();
    names.clear();
    snapshot.objects().forEach(this::add);
  }

  private void apply(Change<ClusterPod> change) {
    change
        .before()
        .ifPresent(
            before -> before.addresses().forEach(address -> names.remove(address, change.key())));
    change.after().ifPresent(after -> add(change.key(), after));
  }

  /** Pods in the network of their node have its address, and those that have ended none. */
  private void add(String key, ClusterPod pod) {
    if (!pod.hostNetwork() && !pod.isTerminated()) {
      pod.addresses().forEach(address -> names.put(address, key));
    }
  }
}
