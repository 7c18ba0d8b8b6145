package io.kindnet.cni;

import io.kindnet.cni.ipam.AddressChoice;
import io.kindnet.cni.ipam.Lease;
import io.kindnet.cni.podlink.PodMtu;
import io.kindnet.cni.portmap.HostPort;
import io.kindnet.cni.protocol.Attachment;
import io.kindnet.cni.protocol.CniCommand;
import io.kindnet.cni.protocol.CniEnvironment;
import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.NetworkConfig;
import io.kindnet.cni.protocol.PodIdentity;
import io.kindnet.cni.steps.Step;
import io.kindnet.cni.store.PodAddress;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Writes all rows of an ADD in one transaction: ranges, pod, addresses, host ports. */
final class AddressReserver {
  private final CniEnvironment environment;
  private final NetworkConfig config;
  private final Store store;
  private final Kernel kernel;
  private final CallLog log;
  private final StaleRows staleRows;
  private final Random random = new Random();

  /** The families that ranges serve and that no address is left of. */
  private final List<AddressFamily> missing = new ArrayList<>(2);

  AddressReserver(
      CniEnvironment environment, NetworkConfig config, Store store, Kernel kernel, CallLog log) {
    this.environment = environment;
    this.config = config;
    this.store = store;
    this.kernel = kernel;
    this.log = log;
    this.staleRows = new StaleRows(store, kernel, log);
  }

  /** The rows of the pod, committed. */
  Reservation reserve(PodIdentity identity) throws CniException {
    int mtu = config.mtu() == 0 ? kernel.host().defaultMtu(config.bridge()) : config.mtu();
    String hostInterface = kernel.host().newLinkName(random);
    try {
      return store.transaction(() -> reserve(identity, mtu, hostInterface));
    } catch (CniException failure) {
      if (failure.code() == CniErrorCode.NO_ADDRESS) {
        countShortages();
      }
      throw failure;
    }
  }

  /** After the transaction that would have counted them was rolled back. */
  private void countShortages() {
    try {
      store.transaction(() -> {
        for (AddressFamily family : missing) {
          store.calls().addShortage(family, log.way());
        }
        return missing;
      });
    } catch (CniException uncounted) {
      log.failure("cannot count it", uncounted);
    }
  }

  private Reservation reserve(PodIdentity identity, int mtu, String hostInterface)
      throws CniException {
    Attachment attachment = environment.attachment();
    makeWayFor(attachment);
    List<Lease> leases = chooseAddresses();
    int podMtu = mtuFor(leases, mtu);
    PodRow pod =
        new PodRow(
            store.pods().newKey(attachment),
            identity,
            environment.netns(),
            remembered(leases),
            hostInterface,
            podMtu,
            "",
            new PodRow.Details(environment.interfaceName(), config.name(), config.bridge()));
    store.pods().insert(pod);
    List<HostPort> ports =
        new PortReserver(store, staleRows, log).claim(pod, config.portMappings());
    store.calls().add(CniCommand.ADD, log.way());
    log.reached(Step.ROWS_WRITTEN);
    return new Reservation(pod, leases, ports);
  }

  private void makeWayFor(Attachment attachment) throws CniException {
    PodRow present = store.pods().find(attachment);
    if (present == null) {
      return;
    }
    if (!staleRows.isStale(present)) {
      throw new CniException(
          CniErrorCode.INVALID_ENVIRONMENT,
          attachment + " has been added already, with host interface " + present.hostInterface());
    }
    staleRows.remove(present);
  }

  private List<Lease> chooseAddresses() throws CniException {
    List<IpPrefix> ranges = new ServingRanges(store).update(config.ranges());
    kernel.host().requireFamiliesOf(ranges, config.bridge());
    AddressChoice choice =
        new AddressChoice(ranges, new StoredAllocations(store, kernel.host(), log), random);
    List<Lease> leases = new ArrayList<>(2);
    for (AddressFamily family : choice.families()) {
      Lease lease = choice.choose(family);
      if (lease == null && removeStaleRowsWith(family)) {
        lease = choice.choose(family);
      }
      if (lease == null) {
        log.line("no address is left of " + family);
        missing.add(family);
        store.calls().addShortage(family, log.way());
      } else {
        leases.add(lease);
      }
    }
    if (leases.isEmpty()) {
      throw choice.exhausted();
    }
    return leases;
  }

  private boolean removeStaleRowsWith(AddressFamily family) throws CniException {
    List<PodRow> stale = staleRows.with(family);
    for (PodRow pod : stale) {
      log.line(pod + " is no more, its addresses are free");
      staleRows.remove(pod);
    }
    return !stale.isEmpty();
  }

  /**
   * What the pod gets: where the way to the outside takes less than IPv6 needs, what IPv6 needs.
   * Its packets reach the other pods of this node then, and the host answers to those that are too
   * large for the way out.
   */
  private int mtuFor(List<Lease> leases, int mtu) throws CniException {
    int least = mtu;
    for (Lease lease : leases) {
      least = PodMtu.atLeast(least, lease.family());
    }
    if (least != mtu && config.mtu() != 0) {
      throw new CniException(
          CniErrorCode.INVALID_NETWORK_CONFIG,
          "mtu '" + mtu + "': IPv6 needs " + least + " at least");
    }
    if (least != mtu) {
      log.line(
          "packets to the outside may have "
              + mtu
              + " bytes, IPv6 needs "
              + least
              + " at least: the pod gets an MTU of "
              + least);
    }
    return least;
  }

  private static List<PodAddress> remembered(List<Lease> leases) {
    List<PodAddress> addresses = new ArrayList<>(2);
    for (Lease lease : leases) {
      addresses.add(new PodAddress(lease.address(), lease.gateway()));
    }
    return addresses;
  }
}
