package io.kindnet.cni.ipam;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says which addresses cannot be given out. */
public interface AllocatedAddresses {
  /** Whether a pod has {@code address}, or some pod's gateway is there. */
  boolean isTaken(InetAddress address) throws CniException;

  /**
   * The addresses around {@code address} that this machine has for itself, or for something else
   * than pods of the database: an address of a link, or all of a prefix that is local. Asked only
   * for what {@link #isTaken} denies.
   *
   * @return a prefix that contains {@code address}, null if {@code address} is free
   */
  @Nullable IpPrefix ofMachine(InetAddress address) throws CniException;

  /**
   * The addresses of all pods whose gateway is {@code gateway}, at least: to pass over them
   * quickly. Whoever leaves one out answers {@link #isTaken} for it.
   */
  Set<InetAddress> servedBy(InetAddress gateway) throws CniException;
}
