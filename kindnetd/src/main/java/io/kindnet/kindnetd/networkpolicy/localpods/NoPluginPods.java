package io.kindnet.kindnetd.networkpolicy.localpods;

import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;

/** Nothing is known of pods but their status: another plugin connects them. */
record NoPluginPods(String node) implements LocalPods {
  @Override
  public Snapshot snapshot() {
    return Snapshot.EMPTY;
  }

  @Override
  public LocalPods withStatusOf(ClusterView<ClusterPod> pods) {
    return new NodePods(this, pods, node);
  }

  @Override
  public void refresh() {}

  @Override
  public void onChange(Runnable listener) {}
}
