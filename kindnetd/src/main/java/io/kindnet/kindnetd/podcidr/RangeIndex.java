package io.kindnet.kindnetd.podcidr;

import io.kindnet.netlink.ip.AddressFamily;
import java.util.EnumMap;
import java.util.Map;
import java.util.Map.Entry;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Ranges, each with a value, found by what overlaps them in a time that hardly depends on how many
 * there are.
 */
final class RangeIndex<V> {
  private final Map<AddressFamily, NavigableMap<CidrRange, V>> families =
      new EnumMap<>(AddressFamily.class);

  RangeIndex() {
    for (AddressFamily family : AddressFamily.values()) {
      families.put(family, new TreeMap<>());
    }
  }

  /** The value of {@code range} itself. */
  Optional<V> get(CidrRange range) {
    return Optional.ofNullable(of(range).get(range));
  }

  void put(CidrRange range, V value) {
    of(range).put(range, value);
  }

  void remove(CidrRange range) {
    of(range).remove(range);
  }

  void clear() {
    families.values().forEach(Map::clear);
  }

  /** The first range that lies in {@code range}, or equals it. */
  Optional<Entry<CidrRange, V>> within(CidrRange range) {
    return inside(range, of(range).ceilingEntry(range));
  }

  /** The first range behind {@code last}, one that was found before, that lies in {@code range}. */
  Optional<Entry<CidrRange, V>> withinAfter(CidrRange range, CidrRange last) {
    return inside(range, of(range).higherEntry(last));
  }

  /** A range that {@code range} lies in. Only for an index in which no range lies in another. */
  Optional<Entry<CidrRange, V>> around(CidrRange range) {
    return Optional.ofNullable(of(range).lowerEntry(range))
        .filter(entry -> entry.getKey().contains(range));
  }

  /** As {@link #around}, else the first that lies in {@code range}. */
  Optional<Entry<CidrRange, V>> overlapping(CidrRange range) {
    return around(range).or(() -> within(range));
  }

  private Optional<Entry<CidrRange, V>> inside(
      CidrRange range, @Nullable Entry<CidrRange, V> found) {
    return Optional.ofNullable(found).filter(entry -> range.contains(entry.getKey()));
  }

  private NavigableMap<CidrRange, V> of(CidrRange range) {
    return Objects.requireNonNull(families.get(range.family()));
  }
}
