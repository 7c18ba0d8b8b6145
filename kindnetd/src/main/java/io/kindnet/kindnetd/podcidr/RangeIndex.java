package io.kindnet.kindnetd.podcidr;

import io.kindnet.netlink.ip.AddressBits;
import io.kindnet.netlink.ip.AddressFamily;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Ranges, each with a label, found by what overlaps them in a time that hardly depends on how many
 * there are. A range that is added several times stays until it is removed as often, with the label
 * that it got first.
 */
final class RangeIndex {
  /** In this order, what lies in a range comes next after it. */
  private record Key(AddressBits first, int length) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int order = first.compareTo(other.first);
      return order != 0 ? order : Integer.compare(length, other.length);
    }
  }

  /** What was found. */
  record Entry(CidrRange range, String label, int count) {}

  private final Map<AddressFamily, NavigableMap<Key, Entry>> families =
      new EnumMap<>(AddressFamily.class);

  RangeIndex() {
    for (AddressFamily family : AddressFamily.values()) {
      families.put(family, new TreeMap<>());
    }
  }

  void add(CidrRange range, String label) {
    of(range)
        .merge(
            key(range),
            new Entry(range, label, 1),
            (before, one) -> new Entry(range, before.label, before.count + 1));
  }

  void remove(CidrRange range) {
    of(range)
        .computeIfPresent(
            key(range),
            (key, before) ->
                before.count > 1 ? new Entry(range, before.label, before.count - 1) : null);
  }

  void clear() {
    families.values().forEach(Map::clear);
  }

  /** The first range that lies in {@code range}, or equals it. */
  Optional<Entry> within(CidrRange range) {
    return Optional.ofNullable(value(of(range).ceilingEntry(key(range))))
        .filter(entry -> range.contains(entry.range));
  }

  /** A range that {@code range} lies in. Only for an index in which no range lies in another. */
  Optional<Entry> around(CidrRange range) {
    return Optional.ofNullable(value(of(range).lowerEntry(key(range))))
        .filter(entry -> entry.range.contains(range));
  }

  /** As {@link #around}, or the first that lies in {@code range}. */
  Optional<Entry> overlapping(CidrRange range) {
    return within(range).or(() -> around(range));
  }

  private NavigableMap<Key, Entry> of(CidrRange range) {
    return Objects.requireNonNull(families.get(range.family()));
  }

  private static Key key(CidrRange range) {
    return new Key(range.first(), range.length());
  }

  private static @Nullable Entry value(Map.@Nullable Entry<Key, Entry> found) {
    return found == null ? null : found.getValue();
  }
}
