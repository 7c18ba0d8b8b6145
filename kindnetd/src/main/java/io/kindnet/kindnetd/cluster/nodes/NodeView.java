package io.kindnet.kindnetd.cluster.nodes;

import io.kindnet.netlink.ip.IpPrefix;
import java.util.Optional;

/** The Nodes as an agent sees them: all that they say, or what is accepted of it. */
public interface NodeView {
  /** The name of this machine's Node. */
  String selfName();

  /** All Nodes; empty until enough is known of the cluster and of this machine. */
  Optional<ClusterSnapshot> snapshot();

  /** Has {@code listener} run after each change, on the thread that makes it; it must be quick. */
  void onChange(Runnable listener);

  /**
   * Why {@code cidr} cannot be a pod CIDR, as far as this machine alone can tell, the Nodes being
   * known or not; empty if it can be.
   *
   * @param own whether it is of this machine's own Node, or of any other
   */
  default Optional<String> objection(IpPrefix cidr, boolean own) {
    return Optional.empty();
  }
}
