package io.kindnet.kindnetd.cluster.nodes;

import io.kindnet.kindnetd.cluster.Labels;
import java.net.InetAddress;
import java.util.List;

/**
 * What selects a Node, and what stands for it.
 *
 * @param addresses all of {@code status.addresses} that are of type {@code InternalIP} or {@code
 *     ExternalIP}, in order
 */
public record LabelledNode(String name, Labels labels, List<InetAddress> addresses) {
  /** Copies the list. */
  public LabelledNode {
    addresses = List.copyOf(addresses);
  }
}
