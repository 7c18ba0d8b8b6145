package io.kindnet.cni.ipam;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What is taken, in a set; it counts the questions. */
final class AllocatedSet implements AllocatedAddresses {
  private final Set<InetAddress> addresses = new HashSet<>();
  private final List<IpPrefix> blocks = new ArrayList<>();
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

  /** The machine has all of {@code prefix} from now on. */
  void takeBlock(String prefix) {
    blocks.add(IpPrefix.parse(prefix));
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
  public @Nullable IpPrefix ofMachine(InetAddress address) {
    for (IpPrefix block : blocks) {
      if (block.contains(address)) {
        return block;
      }
    }
    return null;
  }

  @Override
  public Set<InetAddress> servedBy(InetAddress gateway) {
    Set<InetAddress> all = new HashSet<>(addresses);
    all.removeIf(served.negate());
    return all;
  }
}
