package io.kindnet.kindnetd.packets;

import java.net.InetAddress;
import java.util.Optional;

/** Tells which pod has an address. */
@FunctionalInterface
public interface PodNames {
  /**
   * The pod that has {@code address} now; quick, and on any thread.
   *
   * @return {@code NAMESPACE/NAME}; empty if no pod is known to have it
   */
  Optional<String> at(InetAddress address);
}
