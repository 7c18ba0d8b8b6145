package io.kindnet.cni.ipam;

import io.kindnet.cni.protocol.CniException;
import java.net.InetAddress;
import java.util.Set;

/** Says which addresses cannot be given out. */
public interface AllocatedAddresses {
  /** Whether a pod has {@code address}, or some pod's gateway is there. */
  boolean isTaken(InetAddress address) throws CniException;

  /**
   * The addresses of all pods whose gateway is {@code gateway}, at least: to pass over them
   * quickly. Whoever leaves one out answers {@link #isTaken} for it.
   */
  Set<InetAddress> servedBy(InetAddress gateway) throws CniException;
}
