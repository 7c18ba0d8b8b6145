package io.kindnet.cni.portmap;

import java.util.List;

/**
 * The host ports of one pod, and where the pod is plugged in.
 *
 * @param hostInterface the host's end of the pod's veth pair, such as {@code knet0a1b2c3d}
 * @param bridge the bridge that this end is a port of, empty if it is none
 * @param ports at least one
 */
public record PodHostPorts(String hostInterface, String bridge, List<HostPort> ports) {

  /** The interface by which the host's own packets go to the pod. */
  String interfaceOnHost() {
    return bridge.isEmpty() ? hostInterface : bridge;
  }
}
