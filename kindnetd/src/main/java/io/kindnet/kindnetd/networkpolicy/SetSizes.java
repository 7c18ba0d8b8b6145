package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.netlink.nftables.NamedSet;
import java.util.HashMap;
import java.util.Map;

/** How many elements each set has in the kernel, for a metric. May be used by any thread. */
final class SetSizes {
  private final Map<String, Integer> sizes = new HashMap<>();

  /** These are all sets. */
  synchronized void reset(Map<String, Integer> all) {
    sizes.clear();
    sizes.putAll(all);
  }

  /** {@code update} was carried out. */
  synchronized void apply(TableUpdate update) {
    update.sets().created().forEach((set, elements) -> sizes.put(set.name(), elements.size()));
    update.sets().replaced().forEach((set, elements) -> sizes.put(set.name(), elements.size()));
    update
        .changedSets()
        .forEach((set, change) ->
            sizes.merge(set.name(), change.added().size() - change.removed().size(), Integer::sum));
    for (NamedSet set : update.sets().unused()) {
      sizes.remove(set.name());
    }
  }

  synchronized long total() {
    return sizes.values().stream().mapToLong(Integer::longValue).sum();
  }
}
