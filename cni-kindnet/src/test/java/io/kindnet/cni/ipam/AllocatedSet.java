package io.kindnet.cni.ipam;

import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/** What is taken, in a set; it counts the questions. */
final class AllocatedSet implements AllocatedAddresses {
  private final Set<InetAddress> addresses = new HashSet<>();
  private Predicate<InetAddress> served = address -> true;
  private int questions;

  /** Whether it was free until now. */
  boolean take(String address) {
    return take(IpAddresses.parse(address));
  }

  /** Whether it was free until now. */
  boolean take(InetAddress address) {
    return addresses.add(address);
  }

  void free(String address) {
    addresses.remove(IpAddresses.parse(address));
  }

  /** Which addresses {@link #servedBy} tells of from now on. */
  void servedAre(Predicate<InetAddress> which) {
    served = which;
  }

  Set<InetAddress> addresses() {
    return addresses;
  }

  int questions() {
    return questions;
  }

  @Override
  public boolean isTaken(InetAddress address) {
    questions++;
    return addresses.contains(address);
  }

  @Override
  public Set<InetAddress> servedBy(InetAddress gateway) {
    Set<InetAddress> all = new HashSet<>(addresses);
    all.removeIf(served.negate());
    return all;
  }
}
