package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.namespaces.ClusterNamespace;
import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Policy;
import java.util.List;

/**
 * What policies depend on in the cluster.
 *
 * @param pods by {@code NAMESPACE/NAME}
 * @param namespaces by name
 * @param nodes by name; need not be complete as long as no policy is about Nodes
 * @param policies one view for each kind; that of a kind that the API server does not have is
 *     complete and empty
 */
public record PolicyViews(
    ClusterView<ClusterPod> pods,
    ClusterView<ClusterNamespace> namespaces,
    ClusterView<LabelledNode> nodes,
    List<ClusterView<Policy>> policies) {
  /** Copies the list. */
  public PolicyViews {
    policies = List.copyOf(policies);
  }

  void onChange(Runnable listener) {
    pods.onChange(listener);
    namespaces.onChange(listener);
    nodes.onChange(listener);
    policies.forEach(view -> view.onChange(listener));
  }
}
