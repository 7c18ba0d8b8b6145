package io.kindnet.kindnetd.masq;

import io.kindnet.netlink.ip.AddressBits;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * A part of the difference between two sets of prefixes that is carried out at once.
 *
 * @param removed what has to go
 * @param added what has to come
 */
record PrefixChange(List<IpPrefix> removed, List<IpPrefix> added) {
  /** A prefix, and where it begins. */
  private record Place(AddressBits at, IpPrefix prefix) {
    static final Comparator<Place> ORDER =
        Comparator.comparing(Place::at).thenComparingInt(place -> place.prefix.length());
  }

  /**
   * The difference in parts of about {@code size} prefixes. A prefix and what it replaces are in
   * the same part, so that at no time packets to either are treated otherwise.
   *
   * @param present of one family, none inside another
   * @param desired the same
   */
  static List<PrefixChange> between(Set<IpPrefix> present, Set<IpPrefix> desired, int size) {
    List<Place> different = new ArrayList<>();
    addMissing(different, present, desired);
    addMissing(different, desired, present);
    different.sort(Place.ORDER);
    List<PrefixChange> changes = new ArrayList<>();
    PrefixChange part = new PrefixChange(new ArrayList<>(), new ArrayList<>());
    IpPrefix widest = null;
    for (Place place : different) {
      IpPrefix prefix = place.prefix;
      boolean related = widest != null && widest.contains(prefix);
      if (!related) {
        widest = prefix;
        if (part.size() >= size) {
          changes.add(part);
          part = new PrefixChange(new ArrayList<>(), new ArrayList<>());
        }
      }
      (desired.contains(prefix) ? part.added : part.removed).add(prefix);
    }
    if (part.size() > 0) {
      changes.add(part);
    }
    return changes;
  }

  /** Adds to {@code different} what is in {@code one} but not in {@code other}. */
  private static void addMissing(List<Place> different, Set<IpPrefix> one, Set<IpPrefix> other) {
    for (IpPrefix prefix : one) {
      if (!other.contains(prefix)) {
        different.add(new Place(AddressBits.of(prefix.address()), prefix));
      }
    }
  }

  private int size() {
    return removed.size() + added.size();
  }
}
