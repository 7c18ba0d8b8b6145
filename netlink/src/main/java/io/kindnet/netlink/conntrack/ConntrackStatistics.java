package io.kindnet.netlink.conntrack;

import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.Nfnetlink;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How connection tracking fares.
 *
 * @param entries how many flows there are
 * @param maximum how many there may be; 0 where the kernel does not say so
 * @param counters what has happened since the network namespace was made, on all processors
 */
public record ConntrackStatistics(int entries, int maximum, Map<Counter, Long> counters) {
  /** What is counted: {@code enum ctattr_stats_cpu} of {@code nfnetlink_conntrack.h}. */
  public enum Counter {
    FOUND(2),
    INVALID(4),
    IGNORE(5),
    INSERT(8),
    INSERT_FAILED(9),
    DROP(10),
    EARLY_DROP(11),
    ERROR(12),
    SEARCH_RESTART(13),
    CLASH_RESOLVE(14),
    CHAIN_TOOLONG(15);

    private final int attribute;

    Counter(int attribute) {
      this.attribute = attribute;
    }
  }

  /** Copies the map. */
  public ConntrackStatistics {
    counters = Map.copyOf(counters);
  }

  static ConntrackStatistics of(NetlinkMessage global, List<NetlinkMessage> processors) {
    Map<Counter, Long> counters = new EnumMap<>(Counter.class);
    for (NetlinkMessage processor : processors) {
      for (Counter counter : Counter.values()) {
        Attribute found = Nfnetlink.attributes(processor).find(counter.attribute);
        if (found != null) {
          counters.merge(counter, Integer.toUnsignedLong(found.u32Be()), Long::sum);
        }
      }
    }
    Attribute entries = Nfnetlink.attributes(global).find(CtNetlink.CTA_STATS_GLOBAL_ENTRIES);
    Attribute maximum = Nfnetlink.attributes(global).find(CtNetlink.CTA_STATS_GLOBAL_MAX_ENTRIES);
    return new ConntrackStatistics(
        entries == null ? 0 : entries.u32Be(), maximum == null ? 0 : maximum.u32Be(), counters);
  }
}
