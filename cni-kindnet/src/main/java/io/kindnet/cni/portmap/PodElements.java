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
      if (port.isForAnyAddress()) {
        of(HostPortTable.everyAddress(family)).add(ofEveryAddress(port));
      } else {
        of(HostPortTable.map(family)).add(ofOneAddress(port));
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

  private static Element ofOneAddress(HostPort port) {
    return Element.of(
            Value.concatenation(
                Value.of(port.hostIp()),
                Value.ofByte(port.protocol().number()),
                Value.ofPort(port.hostPort())))
        .mappedTo(target(port));
  }

  private static Element ofEveryAddress(HostPort port) {
    return Element.of(
            Value.concatenation(
                Value.ofByte(port.protocol().number()), Value.ofPort(port.hostPort())))
        .mappedTo(target(port));
  }

  private static Value target(HostPort port) {
    return Value.concatenation(Value.of(port.containerIp()), Value.ofPort(port.containerPort()));
  }

  /**
   * What an element of {@link HostPortTable#map} was made of, by this version or one with
   * intervals, whose port for every address has them all in its key; null for one that somebody
   * else made.
   */
  static @Nullable HostPort portByAddress(AddressFamily family, Element element) {
    InetAddress first = address(element.key(), family.bytes());
    Value end = element.keyEnd();
    if (end != null && !first.isAnyLocalAddress() && !first.equals(address(end, family.bytes()))) {
      return null; // a further part of a port for every address
    }
    return port(family, first, element, family.bytes());
  }

  /** The same of {@link HostPortTable#everyAddress}. */
  static @Nullable HostPort portOfEveryAddress(AddressFamily family, Element element) {
    return port(family, unspecified(family), element, 0);
  }

  private static InetAddress unspecified(AddressFamily family) {
    return IpAddresses.of(new byte[family.bytes()]);
  }

  /**
   * @param offset where the protocol is in the key, in bytes
   */
  private static @Nullable HostPort port(
      AddressFamily family, InetAddress hostIp, Element element, int offset) {
    Value data = element.data();
    TransportProtocol protocol =
        TransportProtocol.numbered(element.key().field(offset, 1).bytes()[0]);
    if (data == null || protocol == null) {
      return null;
    }
    return new HostPort(
        hostIp,
        port(element.key(), offset + FIELD),
        protocol,
        address(data, family.bytes()),
        port(data, family.bytes()));
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
