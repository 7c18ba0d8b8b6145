package io.kindnet.cni;

import io.kindnet.cni.ipam.AddressChoice;
import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.NetworkConfig;
import io.kindnet.cni.store.PodAddress;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** STATUS: says whether an ADD would succeed. */
final class StatusVerb {
  private StatusVerb() {}

  /**
   * Returns if an ADD would succeed.
   *
   * @return nothing to say
   * @throws CniException with the reason, for {@link #unavailable}
   */
  static String run(NetworkConfig config, Store store, Kernel kernel, CallLog log)
      throws CniException {
    store.transaction(() -> {
      requireAddress(config, store, kernel, log);
      store.write();
      return config;
    });
    return "";
  }

  /** As {@code reason}, in the words of this verb. */
  static CniException unavailable(Exception reason) {
    return new CniException(
        CniErrorCode.NOT_AVAILABLE, String.valueOf(reason.getMessage()), reason);
  }

  private static void requireAddress(NetworkConfig config, Store store, Kernel kernel, CallLog log)
      throws CniException {
    List<IpPrefix> ranges = new ServingRanges(store).look(config.ranges());
    kernel.host().requireFamiliesOf(ranges);
    AddressChoice choice = new AddressChoice(ranges, new TakenAddresses(store), new Random());
    StaleRows staleRows = new StaleRows(store, kernel, log);
    for (AddressFamily family : choice.families()) {
      // an ADD would be content with one family
      if (choice.choose(family) != null || hasRoom(ranges, store, staleRows.with(family), family)) {
        return;
      }
    }
    throw choice.exhausted();
  }

  /** Whether an ADD would find an address once it has removed {@code stale}. */
  private static boolean hasRoom(
      List<IpPrefix> ranges, Store store, List<PodRow> stale, AddressFamily family)
      throws CniException {
    Set<InetAddress> freed = new HashSet<>();
    for (PodRow pod : stale) {
      for (PodAddress address : pod.addresses()) {
        freed.add(address.address());
      }
    }
    return new AddressChoice(ranges, new TakenAddresses(store, freed), new Random()).choose(family)
        != null;
  }
}
