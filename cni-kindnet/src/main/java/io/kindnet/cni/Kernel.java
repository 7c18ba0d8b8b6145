package io.kindnet.cni;

import io.kindnet.cni.podlink.HostNetwork;
import io.kindnet.cni.portmap.HostPorts;

/**
 * What verbs act on besides the database: the network of the host, which is the namespace of the
 * calling thread.
 *
 * @param host links, addresses, routes
 * @param hostPorts host port rules
 */
public record Kernel(HostNetwork host, HostPorts hostPorts) implements AutoCloseable {
  /** Opens it. */
  @FunctionalInterface
  public interface Opener {
    /** The kernel as the calling thread sees it. */
    Kernel open();
  }

  @Override
  public void close() {
    hostPorts.close();
    host.close();
  }
}
