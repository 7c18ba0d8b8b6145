package io.kindnet.cni;

import io.kindnet.cni.portmap.HostPort;
import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.PortMapping;
import io.kindnet.cni.store.PodAddress;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.PortRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** Gives host ports to a pod, each port to one pod at a time. */
final class PortReserver {
  private static final InetAddress ANY_V4 = IpAddresses.parse("0.0.0.0");
  private static final InetAddress ANY_V6 = IpAddresses.parse("::");

  private final Store store;
  private final StaleRows staleRows;
  private final CallLog log;

  PortReserver(Store store, StaleRows staleRows, CallLog log) {
    this.store = store;
    this.staleRows = staleRows;
    this.log = log;
  }

  /**
   * Writes the host ports that {@code pod} asks for. It may ask for a port on all addresses and on
   * one of them; of what it asks for twice on the same address, what names the address comes first,
   * and else what stands first.
   *
   * @throws CniException {@link CniErrorCode#HOST_PORT_HELD} naming the pod that holds one
   */
  List<HostPort> claim(PodRow pod, List<PortMapping> mappings) throws CniException {
    List<HostPort> claimed = new ArrayList<>();
    for (PortMapping mapping : addressesFirst(mappings)) {
      for (HostPort wanted : hostPorts(pod, mapping)) {
        if (!isAmong(claimed, wanted)) {
          requireFree(wanted, pod);
          store.ports().insert(new PortRow(pod.key(), wanted));
          claimed.add(wanted);
        }
      }
    }
    return claimed;
  }

  /** Those that name an address of the host before those for all addresses of both families. */
  private static List<PortMapping> addressesFirst(List<PortMapping> mappings) {
    List<PortMapping> sorted = new ArrayList<>(mappings.size());
    for (boolean named : new boolean[] {true, false}) {
      for (PortMapping mapping : mappings) {
        if ((mapping.hostIp() != null) == named) {
          sorted.add(mapping);
        }
      }
    }
    return sorted;
  }

  /** Whether the pod has this port of this address already, whatever it leads to. */
  private boolean isAmong(List<HostPort> claimed, HostPort wanted) {
    for (HostPort own : claimed) {
      if (own.hostIp().equals(wanted.hostIp())
          && own.hostPort() == wanted.hostPort()
          && own.protocol() == wanted.protocol()) {
        if (!own.equals(wanted)) {
          log.line(
              "host port "
                  + wanted
                  + " leads to port "
                  + own.containerPort()
                  + " of the pod, and not to "
                  + wanted.containerPort()
                  + " as well");
        }
        return true;
      }
    }
    return false;
  }

  /** One for each family of the pod that the mapping is for. */
  private List<HostPort> hostPorts(PodRow pod, PortMapping mapping) {
    List<HostPort> ports = new ArrayList<>(2);
    for (PodAddress address : pod.addresses()) {
      InetAddress any = address.family() == AddressFamily.IPV4 ? ANY_V4 : ANY_V6;
      InetAddress hostIp = mapping.hostIp() == null ? any : mapping.hostIp();
      if (AddressFamily.of(hostIp) == address.family()) {
        ports.add(
            new HostPort(
                hostIp,
                mapping.hostPort(),
                mapping.protocol(),
                address.address(),
                mapping.containerPort()));
      }
    }
    if (ports.isEmpty()) {
      log.line(
          "host port " + mapping.hostPort() + " is left out: the pod has no address of its family");
    }
    return ports;
  }

  private void requireFree(HostPort wanted, PodRow pod) throws CniException {
    for (PortRow held : store.ports().withNumber(wanted.hostPort())) {
      if (held.podKey().equals(pod.key()) || !overlap(held.port(), wanted)) {
        continue;
      }
      PodRow holder = store.pods().byKey(held.podKey());
      if (holder == null) {
        log.line("nobody holds host port " + held.port() + " any more");
        store.ports().deleteOf(held.podKey());
        continue;
      }
      if (!staleRows.isStale(holder)) {
        throw new CniException(
            CniErrorCode.HOST_PORT_HELD, "host port " + held.port() + " is held by " + holder);
      }
      log.line(holder + " is no more, its host ports are free");
      staleRows.remove(holder);
    }
  }

  private static boolean overlap(HostPort held, HostPort wanted) {
    boolean sameFamily = AddressFamily.of(held.hostIp()) == AddressFamily.of(wanted.hostIp());
    return sameFamily
        && held.protocol() == wanted.protocol()
        && (held.isForAnyAddress()
            || wanted.isForAnyAddress()
            || held.hostIp().equals(wanted.hostIp()));
  }
}
