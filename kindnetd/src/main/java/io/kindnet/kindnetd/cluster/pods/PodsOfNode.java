package io.kindnet.kindnetd.cluster.pods;

import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.ClusterView.Change;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The Pods of one node that run there with addresses of their own. Not thread-safe. */
public final class PodsOfNode {
  private final ClusterView<ClusterPod> view;
  private final String node;
  private final Map<String, ClusterPod> pods = new HashMap<>();

  /** The version of the view that these are of; none yet. */
  private long version = -1;

  /**
   * @param view of all Pods
   * @param node the name of the node
   */
  public PodsOfNode(ClusterView<ClusterPod> view, String node) {
    this.view = view;
    this.node = node;
  }

  /**
   * Takes in what has changed in the view, and costs that.
   *
   * @return the Pods now; empty as long as the view says nothing
   */
  public Optional<Collection<ClusterPod>> read() {
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
    return version < 0
        ? Optional.empty()
        : Optional.of(Collections.unmodifiableCollection(pods.values()));
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
}
