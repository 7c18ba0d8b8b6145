package io.kindnet.kindnetd.networkpolicy.localpods;

import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.ClusterView.Change;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The pods of a node, from the plugin and, for addresses that it does not know, from the status of
 * Pods: those that another plugin has connected, or whose rows were lost. Who follows the view of
 * Pods needs not be told by {@link #onChange} what comes from there.
 */
final class NodePods implements LocalPods {
  private final LocalPods plugin;
  private final ClusterView<ClusterPod> view;
  private final String node;

  /** The Pods of the node that have addresses of their own, by key. */
  private final Map<String, ClusterPod> pods = new HashMap<>();

  /** The version of the view that these are of; none yet. */
  private long version = -1;

  /**
   * @param plugin whose word counts for the addresses that it knows
   * @param view of all Pods
   * @param node the name of the node
   */
  NodePods(LocalPods plugin, ClusterView<ClusterPod> view, String node) {
    this.plugin = plugin;
    this.view = view;
    this.node = node;
  }

  @Override
  public synchronized Snapshot snapshot() {
    Snapshot told = plugin.snapshot();
    follow();
    Map<InetAddress, PodName> owners = new HashMap<>();
    for (ClusterPod pod : pods.values()) {
      for (InetAddress address : pod.addresses()) {
        owners.put(address, new PodName(pod.namespace(), pod.name(), pod.uid()));
      }
    }
    owners.putAll(told.pods());
    return new Snapshot(told.version(), owners, told.held());
  }

  private void follow() {
    Optional<ClusterView.Changes<ClusterPod>> changes =
        version < 0 ? Optional.empty() : view.changesSince(version);
    if (changes.isPresent()) {
      version = changes.get().version();
      for (Change<ClusterPod> change : changes.get().changes()) {
        take(change.key(), change.after());
      }
    } else {
      view.snapshot().ifPresent(this::takeAll);
    }
  }

  private void takeAll(ClusterView.Snapshot<ClusterPod> all) {
    version = all.version();
    pods.clear();
    all.objects().forEach((key, pod) -> take(key, Optional.of(pod)));
  }

  private void take(String key, Optional<ClusterPod> pod) {
    if (pod.isPresent() && isHere(pod.get())) {
      pods.put(key, pod.get());
    } else {
      pods.remove(key);
    }
  }

  private boolean isHere(ClusterPod pod) {
    return pod.node().equals(node)
        && !pod.hostNetwork()
        && !pod.isTerminated()
        && !pod.addresses().isEmpty();
  }

  @Override
  public void refresh() {
    plugin.refresh();
  }

  @Override
  public void selectable(Set<String> namespaces) {
    plugin.selectable(namespaces);
  }

  @Override
  public void applied(Snapshot snapshot, Set<InetAddress> pending) {
    plugin.applied(snapshot, pending);
  }

  @Override
  public void onChange(Runnable listener) {
    plugin.onChange(listener);
  }
}
