package io.kindnet.cni.portmap;

/**
 * UDP flows that connection tracking remembers go on where they went when they began, whatever the
 * maps say by now. So those of a host port are forgotten when the port comes to a pod and when it
 * goes.
 */
@FunctionalInterface
public interface StaleConntrack {
  /** Deletes the UDP entries of the ports of {@code pod}. */
  void delete(PodHostPorts pod);
}
