package io.kindnet.cni;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.RangeRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.ArrayList;
import java.util.List;

/**
 * The ranges that new pods get their addresses from: those of the configuration, in its order, then
 * those that operators added. One that the configuration no longer names serves nobody any more and
 * is forgotten with its last pod.
 */
final class ServingRanges {
  private final Store store;

  ServingRanges(Store store) {
    this.store = store;
  }

  /** The ranges, after writing down what {@code configured} adds and takes away. */
  List<IpPrefix> update(List<IpPrefix> configured) throws CniException {
    List<RangeRow> rows = store.ranges().all();
    for (IpPrefix range : configured) {
      if (!contains(rows, range)) {
        rows.add(store.ranges().insert(range));
      }
    }
    prune(configured, rows);
    return serving(configured, rows);
  }

  private void prune(List<IpPrefix> configured, List<RangeRow> rows) throws CniException {
    for (RangeRow row : rows) {
      if (!row.manual() && !configured.contains(row.subnet()) && !store.pods().use(row.subnet())) {
        store.ranges().delete(row);
      }
    }
  }

  private static List<IpPrefix> serving(List<IpPrefix> configured, List<RangeRow> rows) {
    List<IpPrefix> serving = new ArrayList<>(configured);
    for (RangeRow row : rows) {
      if (row.manual() && !serving.contains(row.subnet())) {
        serving.add(row.subnet());
      }
    }
    return serving;
  }

  private static boolean contains(List<RangeRow> rows, IpPrefix range) {
    for (RangeRow row : rows) {
      if (row.subnet().equals(range)) {
        return true;
      }
    }
    return false;
  }
}
