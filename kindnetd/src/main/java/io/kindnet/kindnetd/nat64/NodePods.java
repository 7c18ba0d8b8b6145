package io.kindnet.kindnetd.nat64;

import io.kindnet.cni.protocol.CniException;
import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;

/** Tells the pods of this node. */
public interface NodePods {
  /**
   * The pods now.
   *
   * @return for each address of a pod, what tells the pod from others that have the address before
   *     or after it; empty as long as it is not known which pods there are
   * @throws CniException if that cannot be read just now
   */
  Optional<Map<InetAddress, String>> read() throws CniException;

  /** Has {@code listener} run after changes that no link of the node tells of; it must be quick. */
  void onChange(Runnable listener);
}
