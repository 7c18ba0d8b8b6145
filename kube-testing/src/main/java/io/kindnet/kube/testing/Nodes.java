package io.kindnet.kube.testing;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import java.util.List;

/** Node objects as a cloud's controllers and kubelets make them. */
public final class Nodes {
  private Nodes() {}

  /**
   * A node.
   *
   * @param podCidrs of any family, in the order of {@code spec.podCIDRs}
   * @param addresses its addresses of type {@code InternalIP}
   */
  public static Node node(String name, List<String> podCidrs, List<String> addresses) {
    NodeBuilder builder = new NodeBuilder();
    builder
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .withPodCIDR(podCidrs.isEmpty() ? null : podCidrs.getFirst())
        .withPodCIDRs(podCidrs)
        .endSpec();
    var status = builder.withNewStatus();
    for (String address : addresses) {
      status = status.addNewAddress().withType("InternalIP").withAddress(address).endAddress();
    }
    return status.endStatus().build();
  }
}
