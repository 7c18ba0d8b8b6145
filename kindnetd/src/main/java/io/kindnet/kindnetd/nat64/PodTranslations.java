package io.kindnet.kindnetd.nat64;

import io.kindnet.netlink.conntrack.ConntrackSocket;
import io.kindnet.netlink.conntrack.Flow;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the programs which pods there are, each with an address of the pool. When a pod is gone, so
 * are its connections before anybody gets its address. Not thread-safe.
 */
final class PodTranslations {
  private static final Logger log = LoggerFactory.getLogger(PodTranslations.class);

  private final TranslationPrograms programs;
  private final Map<InetAddress, InetAddress> present;
  private final Map<InetAddress, String> names = new HashMap<>();
  private final PoolAddresses addresses;
  private final IpPrefix pool;
  private boolean isFull;

  /** Begins with what the programs know from an earlier run. */
  PodTranslations(TranslationPrograms programs, IpPrefix pool) {
    this.programs = programs;
    this.pool = pool;
    this.present = programs.pods();
    this.addresses = new PoolAddresses(pool, present);
  }

  /** How many pods have an address of the pool. */
  int count() {
    return present.size();
  }

  /**
   * Brings the programs to {@code pods}.
   *
   * @param pods of either family, as {@link NodePods#read} tells them
   */
  void update(Map<InetAddress, String> pods) {
    Map<InetAddress, String> wanted = new HashMap<>(pods);
    wanted.keySet().removeIf(address -> !(address instanceof Inet6Address));
    removeAllBut(wanted);
    wanted.forEach(this::add);
  }

  private void removeAllBut(Map<InetAddress, String> wanted) {
    Map<InetAddress, InetAddress> gone = new HashMap<>();
    present.forEach((pod, address) -> {
      String before = names.get(pod);
      String now = wanted.get(pod);
      if (now == null || (before != null && !before.equals(now)) || !pool.contains(address)) {
        gone.put(pod, address);
      }
    });
    gone.forEach(programs::remove);
    if (!gone.isEmpty()) {
      forgetConnections(Set.copyOf(gone.values()));
    }
    present.keySet().removeAll(gone.keySet());
    names.keySet().removeAll(gone.keySet());
  }

  private void add(InetAddress pod, String name) {
    names.put(pod, name);
    if (present.containsKey(pod)) {
      return;
    }
    addresses
        .choose(present.values())
        .ifPresentOrElse(
            address -> {
              programs.add(pod, address);
              present.put(pod, address);
              isFull = false;
            },
            this::full);
  }

  private void full() {
    if (!isFull) {
      isFull = true;
      log.warn("the pool {} has no address left: some pods get no NAT64", pool);
    }
  }

  /** The kernel forgets the connections of what had {@code addresses} of the pool. */
  private static void forgetConnections(Collection<InetAddress> addresses) {
    try (ConntrackSocket conntrack = ConntrackSocket.open()) {
      List<Flow> flows = new ArrayList<>();
      for (Flow flow : conntrack.list(AddressFamily.IPV4)) {
        if (addresses.contains(flow.original().source())) {
          flows.add(flow);
        }
      }
      conntrack.delete(flows);
    }
  }
}
