package io.kindnet.cni.portmap;

import static io.kindnet.cni.portmap.HostPortTable.HAIRPIN_BRIDGES;

import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.expr.Value;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The elements that belong in the sets of the table. */
final class PodElements {
  /** What a field of a concatenation is filled up to. */
  private static final int FIELD = 4;

  /** In the order of {@link HostPortTable#SETS}. */
  private final List<List<Element>> bySet = new ArrayList<>();

  private PodElements() {
    for (int i = 0; i < HostPortTable.SETS.size(); i++) {
      bySet.add(new ArrayList<>());
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

  /** These, and what keeps host ports from {@code addresses}, which are those of Services. */
  PodElements withServices(List<InetAddress> addresses) {
    for (InetAddress address : addresses) {
      addOnce(HostPortTable.services(AddressFamily.of(address)), Element.of(Value.of(address)));
    }
    return this;
  }

  /** Those in {@code set}, one of {@link HostPortTable#SETS}. */
  List<Element> of(NamedSet set) {
    for (int i = 0; i < bySet.size(); i++) {
      if (HostPortTable.SETS.get(i).name().equals(set.name())) {
        return bySet.get(i);
      }
    }
    throw new IllegalArgumentException(set + " is none of the table's");
  }

  private void addPorts(PodHostPorts pod) {
    for (HostPort port : pod.ports()) {
      AddressFamily family = AddressFamily.of(port.hostIp());
      for (HostAddresses hosts : HostAddresses.of(port, pod.ports())) {
        of(HostPortTable.map(family)).add(translation(hosts, port));
      }
      addOnce(HostPortTable.hairpin(family), pair(Value.of(port.containerIp())));
    }
  }

  private void addBridge(PodHostPorts pod) {
    if (!pod.bridge().isEmpty()) {
      addOnce(HAIRPIN_BRIDGES, pair(Value.ofInterfaceName(pod.bridge())));
    }
  }

  private void addOnce(NamedSet set, Element element) {
    List<Element> elements = of(set);
    for (Element there : elements) {
      if (there.key().equals(element.key())) {
        return;
      }
    }
    elements.add(element);
  }

  /** The element of the map that sends {@code port} of {@code hosts} to the pod. */
  private static Element translation(HostAddresses hosts, HostPort port) {
    Value protocol = Value.ofByte(port.protocol().number());
    Value hostPort = Value.ofPort(port.hostPort());
    return Element.range(
            Value.concatenation(Value.of(hosts.first()), protocol, hostPort),
            Value.concatenation(Value.of(hosts.last()), protocol, hostPort))
        .mappedTo(
            Value.concatenation(Value.of(port.containerIp()), Value.ofPort(port.containerPort())));
  }

  /**
   * What {@link #translation} made the element of; null for one that somebody else made, and for a
   * further part of what is for every address.
   */
  static @Nullable HostPort portOf(AddressFamily family, Element element) {
    int address = family.bytes();
    Value data = element.data();
    TransportProtocol protocol =
        TransportProtocol.numbered(element.key().field(address, 1).bytes()[0]);
    if (data == null || protocol == null) {
      return null;
    }
    InetAddress first = address(element.key(), address);
    Value end = element.keyEnd();
    if (end != null && !first.isAnyLocalAddress() && !first.equals(address(end, address))) {
      return null;
    }
    return new HostPort(
        first,
        port(element.key(), address + FIELD),
        protocol,
        address(data, address),
        port(data, address));
  }

  private static InetAddress address(Value concatenation, int length) {
    return IpAddresses.of(concatenation.field(0, length).bytes());
  }

  private static int port(Value concatenation, int offset) {
    byte[] bytes = concatenation.field(offset, 2).bytes();
    return (bytes[0] & 0xff) << 8 | (bytes[1] & 0xff);
  }

  private static Element pair(Value value) {
    return Element.of(Value.concatenation(value, value));
  }
}
