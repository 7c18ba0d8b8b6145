package io.kindnet.cni.portmap;

import static io.kindnet.cni.portmap.HostPortTable.HAIRPIN_BRIDGES;
import static io.kindnet.cni.portmap.HostPortTable.LOOPBACK_INTERFACES;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.NamedSet;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The elements that pods have in the sets of the table. */
final class PodElements {
  private final Map<NamedSet, Set<Element>> bySet = new LinkedHashMap<>();

  private PodElements() {
    for (NamedSet set : HostPortTable.SETS) {
      bySet.put(set, new LinkedHashSet<>());
    }
  }

  /** All elements of {@code pods}; those that several have are there once. */
  static PodElements of(List<PodHostPorts> pods) {
    PodElements elements = new PodElements();
    for (PodHostPorts pod : pods) {
      elements.addPorts(pod);
      elements.addInterface(pod);
      elements.addBridge(pod);
    }
    return elements;
  }

  /** Those of {@code pod} that no other pod has: the ones of a bridge stay. */
  static PodElements ownedBy(PodHostPorts pod) {
    PodElements elements = new PodElements();
    elements.addPorts(pod);
    if (pod.bridge().isEmpty()) {
      elements.addInterface(pod);
    }
    return elements;
  }

  List<Element> of(NamedSet set) {
    return List.copyOf(bySet.getOrDefault(set, Set.of()));
  }

  private void addPorts(PodHostPorts pod) {
    for (HostPort port : pod.ports()) {
      AddressFamily family = AddressFamily.of(port.hostIp());
      add(HostPortTable.map(family), HostPortTable.element(port));
      add(HostPortTable.hairpin(family), HostPortTable.hairpin(port.containerIp()));
    }
  }

  private void addInterface(PodHostPorts pod) {
    if (answersOnLoopback(pod)) {
      add(LOOPBACK_INTERFACES, HostPortTable.loopback(interfaceOf(pod)));
    }
  }

  private void addBridge(PodHostPorts pod) {
    if (!pod.bridge().isEmpty()) {
      add(HAIRPIN_BRIDGES, HostPortTable.hairpin(pod.bridge()));
    }
  }

  private void add(NamedSet set, Element element) {
    bySet.computeIfAbsent(set, _ -> new LinkedHashSet<>()).add(element);
  }

  /** The interface by which the host's packets go to the pod. */
  static String interfaceOf(PodHostPorts pod) {
    return pod.bridge().isEmpty() ? pod.hostInterface() : pod.bridge();
  }

  /** Whether some port of the pod answers on 127.0.0.1 or another address of that network. */
  static boolean answersOnLoopback(PodHostPorts pod) {
    for (HostPort port : pod.ports()) {
      InetAddress address = port.hostIp();
      boolean loopback = address.isLoopbackAddress() || port.isForAnyAddress();
      if (loopback && AddressFamily.of(address) == AddressFamily.IPV4) {
        return true;
      }
    }
    return false;
  }
}
