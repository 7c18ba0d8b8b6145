package io.kindnet.kindnetd.ipam;

import io.kindnet.cni.RangeUsage;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.ip.AddressFamily;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The addresses of this node at one moment.
 *
 * @param ranges how much of each range is in use
 * @param shortages how many ADDs have found no address of a family left, since the database was
 *     made
 * @param pods the pods, by the keys of their rows
 */
record AddressReport(
    List<RangeUsage> ranges, Map<AddressFamily, Long> shortages, Map<String, PodRow> pods) {
  /** That of a node on which no pod was ever added. */
  static final AddressReport EMPTY = new AddressReport(List.of(), Map.of(), Map.of());

  static AddressReport of(Store store) throws CniException {
    Map<AddressFamily, Long> shortages = new EnumMap<>(AddressFamily.class);
    for (AddressFamily family : AddressFamily.values()) {
      shortages.put(family, store.calls().shortages(family));
    }
    Map<String, PodRow> pods = new LinkedHashMap<>();
    for (PodRow pod : store.pods().all()) {
      pods.put(pod.key(), pod);
    }
    return new AddressReport(RangeUsage.of(store), shortages, pods);
  }

  /** How many more ADDs than at {@code earlier} have found no address of {@code family}. */
  long shortagesSince(AddressReport earlier, AddressFamily family) {
    return shortages.getOrDefault(family, 0L) - earlier.shortages.getOrDefault(family, 0L);
  }

  /** The ranges of {@code family} without a free address. */
  List<RangeUsage> full(AddressFamily family) {
    List<RangeUsage> full = new ArrayList<>();
    for (RangeUsage usage : ranges) {
      if (usage.range().subnet().family() == family && usage.free().signum() == 0) {
        full.add(usage);
      }
    }
    return full;
  }

  /** Whether some range of {@code family} has a free address. */
  boolean hasFree(AddressFamily family) {
    for (RangeUsage usage : ranges) {
      if (usage.range().subnet().family() == family && usage.free().signum() > 0) {
        return true;
      }
    }
    return false;
  }

  /** The pods that were not there at {@code earlier} and have no address of {@code family}. */
  List<PodRow> newWithout(AddressFamily family, AddressReport earlier) {
    List<PodRow> without = new ArrayList<>();
    pods.forEach((key, pod) -> {
      boolean has = pod.addresses().stream().anyMatch(address -> address.family() == family);
      if (!has && !earlier.pods.containsKey(key)) {
        without.add(pod);
      }
    });
    return without;
  }
}
