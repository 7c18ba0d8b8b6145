package io.kindnet.kindnetd.networkpolicy.domains;

import io.kindnet.kindnetd.networkpolicy.compiler.DomainSet;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.NftablesTransaction;
import io.kindnet.netlink.nftables.expr.Value;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What has to be in one set: the addresses that names of its list have. Not thread-safe. All times
 * are nanoseconds of one clock of the caller.
 */
final class AnswerSet {
  /** So many addresses are in a set at most; one more is refused. */
  static final int MOST = 16384;

  /** What has less time left than this is not put into the kernel any more. */
  private static final long SHORT = TimeUnit.SECONDS.toNanos(2);

  /** An address is remembered for the connections to it, which last longer. */
  private static final long REMEMBERED = TimeUnit.DAYS.toNanos(1);

  private final DomainSet set;
  private final Map<InetAddress, Lease> leases = new HashMap<>();
  private final Set<InetAddress> unwritten = new HashSet<>();
  private boolean inKernel;
  private boolean compared;

  /**
   * An address.
   *
   * @param name that has it, as {@link DomainMatcher#find} takes it
   * @param until when that ends
   */
  record Lease(String name, long until) {}

  AnswerSet(DomainSet set) {
    this.set = set;
  }

  /** One that begins with what others know of its names. */
  static AnswerSet of(DomainSet set, Collection<AnswerSet> others, long now) {
    DomainMatcher<DomainSet> matcher = DomainMatcher.of(Map.of(set, set.names()));
    AnswerSet answers = new AnswerSet(set);
    for (AnswerSet other : others) {
      other.leases.forEach((address, lease) -> {
        if (matcher.matches(lease.name())) {
          var _ = answers.extend(address, lease, now);
        }
      });
    }
    return answers;
  }

  DomainSet set() {
    return set;
  }

  /** Whether the kernel has the set, so that what is new has to be written. */
  boolean isInKernel() {
    return inKernel;
  }

  void isInKernel(boolean now) {
    inKernel = now;
  }

  /**
   * An address is to be in it for longer.
   *
   * @return false if there is no room for it
   */
  boolean extend(InetAddress address, Lease lease, long now) {
    if (AddressFamily.of(address) != set.family() || !isLonger(address, lease)) {
      return true;
    }
    if (leases.size() >= MOST && !leases.containsKey(address)) {
      leases.values().removeIf(old -> old.until() < now);
      if (leases.size() >= MOST) {
        return false;
      }
    }
    leases.put(address, lease);
    unwritten.add(address);
    return true;
  }

  private boolean isLonger(InetAddress address, Lease lease) {
    Lease present = leases.get(address);
    return present == null
        || present.until() < lease.until() - SHORT
        || unwritten.contains(address);
  }

  /** Whether the kernel does not have an address, or not for long enough. */
  boolean isUnwritten() {
    return !unwritten.isEmpty();
  }

  /** The addresses that it has, or had lately. */
  Map<InetAddress, Lease> leases() {
    return leases;
  }

  int live(long now) {
    return (int) leases.values().stream().filter(lease -> lease.until() > now).count();
  }

  /**
   * Adds to {@code transaction} what is unwritten. An element that is there has to be taken away
   * for its time to begin again, and may go by itself meanwhile.
   */
  void write(NftablesTransaction transaction, long now) {
    List<Element> elements = elements(unwritten, now);
    if (!elements.isEmpty()) {
      transaction.add(set.set(), elements).delete(set.set(), elements).add(set.set(), elements);
    }
  }

  /** The kernel has all of it. */
  void written() {
    unwritten.clear();
  }

  /** All that has to be in it, of which the caller has the set made. */
  List<Element> elements(long now) {
    compared = true;
    unwritten.clear();
    return elements(leases.keySet(), now);
  }

  private List<Element> elements(Collection<InetAddress> addresses, long now) {
    List<Element> elements = new ArrayList<>(addresses.size());
    for (InetAddress address : addresses) {
      Lease lease = leases.get(address);
      if (lease != null && lease.until() - now > SHORT) {
        elements.add(
            Element.of(Value.of(address))
                .withTimeout(Duration.ofMillis(TimeUnit.NANOSECONDS.toMillis(lease.until() - now)))
                .withComment(comment(lease.name())));
      }
    }
    return elements;
  }

  /**
   * Compares with what the kernel has, but for what is unwritten. What an earlier run has put into
   * it is taken over; what others have is not.
   */
  DomainAddresses.Difference compare(Collection<Element> kernel, long now) {
    Map<InetAddress, Element> present = new HashMap<>();
    kernel.forEach(element -> present.put(address(element), element));
    if (!compared) {
      present.forEach((address, element) -> takeOver(address, element, now));
      compared = true;
    }
    leases.values().removeIf(lease -> lease.until() < now - REMEMBERED);
    List<Element> removed = new ArrayList<>();
    Set<InetAddress> missing = new HashSet<>(leases.keySet());
    missing.removeAll(unwritten); // nobody has taken these away
    present.forEach((address, element) -> {
      boolean ours = leases.containsKey(address) && element.expiration() != null;
      if (ours) {
        missing.remove(address);
      } else {
        removed.add(Element.of(element.key()));
      }
    });
    return new DomainAddresses.Difference(removed, elements(missing, now));
  }

  private void takeOver(InetAddress address, Element element, long now) {
    if (element.expiration() != null) {
      String comment = element.comment() == null ? "" : element.comment();
      Lease lease = new Lease(comment + ".", now + element.expiration().toNanos());
      Lease present = leases.get(address);
      if (present == null) {
        leases.put(address, lease);
      }
    }
  }

  static InetAddress address(Element element) {
    return IpAddresses.of(element.key().bytes());
  }

  /** The name without its final dot; the end of one that is too long. */
  private static String comment(String name) {
    String text = name.substring(0, name.length() - 1).replaceAll("[^!#-~]", "?");
    return text.length() > 127 ? "..." + text.substring(text.length() - 124) : text;
  }
}
