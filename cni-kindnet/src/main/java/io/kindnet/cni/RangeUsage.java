package io.kindnet.cni;

import io.kindnet.cni.ipam.AddressPool;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.RangeRow;
import io.kindnet.cni.store.Store;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * How much of a range is in use.
 *
 * @param range the range
 * @param used how many pods have an address from it
 * @param capacity how many pods it serves in all
 */
public record RangeUsage(RangeRow range, int used, BigInteger capacity) {
  /** That of every range, oldest first. */
  public static List<RangeUsage> of(Store store) throws CniException {
    List<PodRow> pods = store.pods().all();
    List<RangeUsage> usages = new ArrayList<>();
    for (RangeRow range : store.ranges().all()) {
      int used = 0;
      for (PodRow pod : pods) {
        used += range.serves(pod) ? 1 : 0;
      }
      usages.add(new RangeUsage(range, used, new AddressPool(range.subnet()).capacity()));
    }
    return usages;
  }

  /**
   * How many more pods it serves; none where the original plugin has given out reserved addresses.
   */
  public BigInteger free() {
    return capacity.subtract(BigInteger.valueOf(used)).max(BigInteger.ZERO);
  }
}
