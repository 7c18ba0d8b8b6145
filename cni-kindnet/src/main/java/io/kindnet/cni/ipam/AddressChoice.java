package io.kindnet.cni.ipam;

import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Chooses the addresses of a pod: one of each family that some range serves. */
public final class AddressChoice {
  private final List<IpPrefix> ranges;
  private final AllocatedAddresses taken;
  private final Random random;

  /**
   * A choice.
   *
   * @param ranges where addresses come from, those to be used first at the front; they may overlap
   * @param taken what cannot be given out, besides the gateways of {@code ranges}
   * @param random where in a range to begin
   */
  public AddressChoice(List<IpPrefix> ranges, AllocatedAddresses taken, Random random) {
    this.ranges = List.copyOf(ranges);
    this.taken = taken;
    this.random = random;
  }

  /** The families that some range serves, IPv4 first. */
  public List<AddressFamily> families() {
    List<AddressFamily> families = new ArrayList<>(2);
    for (AddressFamily family : AddressFamily.values()) {
      for (IpPrefix range : ranges) {
        if (range.family() == family) {
          families.add(family);
          break;
        }
      }
    }
    return families;
  }

  /**
   * An address of {@code family} from the first range that is not full, or null. Gateways of other
   * ranges, which may lie inside an overlapping one, are never chosen.
   */
  public @Nullable Lease choose(AddressFamily family) throws CniException {
    AllocatedAddresses unavailable = new TakenOrGateway();
    for (IpPrefix range : ranges) {
      if (range.family() == family) {
        InetAddress address = new AddressPool(range).choose(unavailable, random);
        if (address != null) {
          return new Lease(address, range);
        }
      }
    }
    return null;
  }

  /** The error for a pod that can get no address at all: it names each range and what it has. */
  public CniException exhausted() {
    if (ranges.isEmpty()) {
      return new CniException(
          CniErrorCode.NO_ADDRESS,
          "no address: there are no ranges, neither in the configuration nor added by hand");
    }
    StringBuilder message = new StringBuilder("no address is left in");
    String separator = " ";
    for (IpPrefix range : ranges) {
      message
          .append(separator)
          .append(range)
          .append(" (")
          .append(new AddressPool(range).describeCapacity())
          .append(')');
      separator = ", ";
    }
    return new CniException(CniErrorCode.NO_ADDRESS, message.toString());
  }

  /** What is taken, and the gateways of all ranges, whether they serve a pod yet or not. */
  private final class TakenOrGateway implements AllocatedAddresses {
    @Override
    public boolean isTaken(InetAddress address) throws CniException {
      for (IpPrefix range : ranges) {
        if (range.address().equals(address)) {
          return true;
        }
      }
      return taken.isTaken(address);
    }

    @Override
    public @Nullable IpPrefix ofMachine(InetAddress address) throws CniException {
      return taken.ofMachine(address);
    }

    @Override
    public Set<InetAddress> servedBy(InetAddress gateway) throws CniException {
      return taken.servedBy(gateway);
    }
  }
}
