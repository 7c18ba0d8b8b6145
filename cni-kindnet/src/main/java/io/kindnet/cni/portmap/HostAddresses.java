package io.kindnet.cni.portmap;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Addresses of the host that a port is for, one after the other.
 *
 * @param first the first of them
 * @param last the last of them, not before {@code first}
 */
record HostAddresses(InetAddress first, InetAddress last) {
  /**
   * The addresses for which {@code port} is the one to take. A port for every address is for all
   * but those that the same pod has another port for: the more specific one counts. So the
   * intervals of a map never overlap, which the kernel would refuse.
   *
   * @param ofPod all ports of the pod, {@code port} among them
   */
  static List<HostAddresses> of(HostPort port, List<HostPort> ofPod) {
    if (!port.isForAnyAddress()) {
      return List.of(new HostAddresses(port.hostIp(), port.hostIp()));
    }
    List<HostAddresses> parts = new ArrayList<>(1);
    InetAddress from = port.hostIp();
    for (InetAddress taken : specificAddresses(port, ofPod)) {
      parts.add(new HostAddresses(from, IpAddresses.plus(taken, BigInteger.ONE.negate())));
      from = IpAddresses.plus(taken, BigInteger.ONE);
    }
    // the last address of a family is nobody's, so something is always left behind the others
    parts.add(new HostAddresses(from, new IpPrefix(port.hostIp(), 0).last()));
    parts.removeIf(HostAddresses::isEmpty);
    return parts;
  }

  /** As between two addresses that are neighbours. */
  private boolean isEmpty() {
    return IpAddresses.toInteger(first).compareTo(IpAddresses.toInteger(last)) > 0;
  }

  private static List<InetAddress> specificAddresses(HostPort any, List<HostPort> ofPod) {
    List<InetAddress> addresses = new ArrayList<>(0);
    for (HostPort other : ofPod) {
      if (!other.isForAnyAddress()
          && AddressFamily.of(other.hostIp()) == AddressFamily.of(any.hostIp())
          && other.hostPort() == any.hostPort()
          && other.protocol() == any.protocol()) {
        addresses.add(other.hostIp());
      }
    }
    addresses.sort(Comparator.comparing(IpAddresses::toInteger));
    return addresses;
  }
}
