package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.NamedSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * How many elements each set has in the kernel, for a metric; of those whose elements stay until
 * they are taken away. May be used by any thread.
 */
final class SetSizes {
  private final Map<String, Integer> sizes = new HashMap<>();

  /** These are all sets. */
  synchronized void reset(Map<String, Integer> all) {
    sizes.clear();
    sizes.putAll(all);
  }

  /** {@code update} was carried out. */
  synchronized void apply(TableUpdate update) {
    update.sets().created().forEach(this::put);
    update.sets().replaced().forEach(this::put);
    update
        .changedSets()
        .forEach((set, change) -> {
          if (stays(set)) {
            int more = change.added().size() - change.removed().size();
            sizes.merge(set.name(), more, Integer::sum);
          }
        });
    for (NamedSet set : update.sets().unused()) {
      sizes.remove(set.name());
    }
  }

  private void put(NamedSet set, Collection<Element> elements) {
    if (stays(set)) {
      sizes.put(set.name(), elements.size());
    }
  }

  private static boolean stays(NamedSet set) {
    return (set.flags() & NamedSet.NFT_SET_TIMEOUT) == 0;
  }

  synchronized long total() {
    return sizes.values().stream().mapToLong(Integer::longValue).sum();
  }
}
