package io.kindnet.kindnetd.nat64;

import io.kindnet.cni.protocol.CniException;
import java.net.InetAddress;
import java.util.Map;

/** Tells the pods of this node. */
@FunctionalInterface
public interface NodePods {
  /**
   * The pods now.
   *
   * @return for each address of a pod, what tells the pod from others that have the address before
   *     or after it
   * @throws CniException if that cannot be read just now
   */
  Map<InetAddress, String> read() throws CniException;
}
