package io.kindnet.cni.portmap;

import static io.kindnet.cni.portmap.HostPortTable.HAIRPIN_BRIDGES;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.expr.Value;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
      elements.addBridge(pod);
    }
    return elements;
  }

  /** Those of {@code pod} that no other pod has: the one of a bridge stays. */
  static PodElements ownedBy(PodHostPorts pod) {
    PodElements elements = new PodElements();
    elements.addPorts(pod);
    return elements;
  }

  List<Element> of(NamedSet set) {
    return List.copyOf(in(set));
  }

  private void addPorts(PodHostPorts pod) {
    for (HostPort port : pod.ports()) {
      AddressFamily family = AddressFamily.of(port.hostIp());
      Value podAddress = Value.of(port.containerIp());
      in(HostPortTable.map(family)).add(translation(port));
      in(HostPortTable.hairpin(family)).add(pair(podAddress));
    }
  }

  private void addBridge(PodHostPorts pod) {
    if (!pod.bridge().isEmpty()) {
      in(HAIRPIN_BRIDGES).add(pair(Value.ofInterfaceName(pod.bridge())));
    }
  }

  private Set<Element> in(NamedSet set) {
    return Objects.requireNonNull(bySet.get(set));
  }

  /** The element of the map that sends {@code port} to the pod. */
  private static Element translation(HostPort port) {
    IpPrefix hosts =
        port.isForAnyAddress() ? new IpPrefix(port.hostIp(), 0) : IpPrefix.host(port.hostIp());
    Value protocol = Value.ofByte(port.protocol().number());
    Value hostPort = Value.ofPort(port.hostPort());
    return Element.range(
            Value.concatenation(Value.of(hosts.address()), protocol, hostPort),
            Value.concatenation(Value.of(hosts.last()), protocol, hostPort))
        .mappedTo(
            Value.concatenation(Value.of(port.containerIp()), Value.ofPort(port.containerPort())));
  }

  private static Element pair(Value value) {
    return Element.of(Value.concatenation(value, value));
  }
}
