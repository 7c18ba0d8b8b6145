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
   * Why {@code cidr} cannot be the pod CIDR of any other Node, as far as this machine alone can
   * tell, the Nodes being known or not; empty if it can be.
   */
  default Optional<String> objection(IpPrefix cidr) {
    return Optional.empty();
  }
}
