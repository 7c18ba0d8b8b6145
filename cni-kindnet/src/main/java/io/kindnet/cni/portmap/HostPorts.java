package io.kindnet.cni.portmap;

import java.util.List;

/**
 * The host port rules of the network namespace that the calling thread is in. Each pod adds and
 * removes its own elements, so that calls for different pods may run at the same time.
 *
 * <p>What the kernel refuses is thrown as the unchecked exceptions of {@code netlink}; a call that
 * throws has changed nothing.
 */
public interface HostPorts {

  /**
   * Makes the ports of {@code pod} answer: the table where it is missing, the pod's elements, and
   * stale UDP conntrack entries of these ports deleted. Elements that are there already are kept.
   */
  void install(PodHostPorts pod);

  /**
   * Takes the ports of {@code pod} away, and stale UDP conntrack entries with them. Elements that
   * are missing, or a missing table, are no error.
   */
  void remove(PodHostPorts pod);

  /**
   * What of {@link #install} is not there any more, one sentence for each thing; empty if all is
   * well.
   */
  List<String> check(PodHostPorts pod);

  /**
   * Makes the rules and the elements those of {@code pods} and no others. The caller keeps others
   * from installing and removing meanwhile.
   */
  void restore(List<PodHostPorts> pods);
}
