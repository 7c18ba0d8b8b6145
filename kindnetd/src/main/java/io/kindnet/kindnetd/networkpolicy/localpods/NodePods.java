package io.kindnet.kindnetd.networkpolicy.localpods;

import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.PodsOfNode;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The pods of a node, from the plugin and, for addresses that it does not know, from the status of
 * Pods: those that another plugin has connected, or whose rows were lost. Who follows the view of
 * Pods needs not be told by {@link #onChange} what comes from there.
 */
final class NodePods implements LocalPods {
  private final LocalPods plugin;
  private final PodsOfNode pods;

  /**
   * @param plugin whose word counts for the addresses that it knows
   * @param view of all Pods
   * @param node the name of the node
   */
  NodePods(LocalPods plugin, ClusterView<ClusterPod> view, String node) {
    this.plugin = plugin;
    this.pods = new PodsOfNode(view, node);
  }

  @Override
  public synchronized Snapshot snapshot() {
    Snapshot told = plugin.snapshot();
    Map<InetAddress, PodName> owners = new HashMap<>();
    for (ClusterPod pod : pods.read().orElse(List.of())) {
      for (InetAddress address : pod.addresses()) {
        owners.put(address, new PodName(pod.namespace(), pod.name(), pod.uid()));
      }
    }
    owners.putAll(told.pods());
    return new Snapshot(told.version(), owners, told.held());
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
