package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.NamedPort;
import io.kindnet.kindnetd.cluster.policies.PolicyPort;
import io.kindnet.kindnetd.networkpolicy.PolicyTable;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.nftables.DataType;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.FieldType;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.expr.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The ports to which destinations give a name: address, protocol and port of each.
 *
 * @param set of {@code address . protocol . port}
 * @param peers which destinations; only pods give names to ports
 * @param port the name
 */
record NamedPortSet(
    NamedSet set, AddressFamily family, Peers peers, PeerMatcher matcher, PolicyPort.Named port)
    implements TableSet {
  static NamedPortSet of(AddressFamily family, Peers peers, PolicyPort.Named port) {
    String name = text(port);
    String identity = "named|" + name + "|" + peers.text();
    DataType key =
        DataType.of(PolicyTable.address(family), FieldType.INET_PROTO, FieldType.INET_SERVICE);
    NamedSet set =
        NamedSet.set(
                PolicyTable.TABLE,
                "named-" + Names.hash(identity) + "-" + PolicyTable.suffix(family),
                key)
            .withComment(Names.comment("port " + name + " of " + peers.text()));
    return new NamedPortSet(set, family, peers, new PeerMatcher(peers), port);
  }

  private static String text(PolicyPort.Named port) {
    return port.name() + "/" + port.protocol().map(TransportProtocol::toString).orElse("any");
  }

  @Override
  public Collection<Element> elements(ClusterIndex cluster) {
    Set<Element> elements = new HashSet<>();
    for (Map<String, ClusterPod> pods : cluster.podsByNamespace().values()) {
      for (ClusterPod pod : pods.values()) {
        if (!ports(pod).isEmpty()) {
          for (AddressKey address : cluster.addressesOf(pod.namespace() + "/" + pod.name())) {
            elements.addAll(elementsFor(cluster.ownersOf(address), cluster));
          }
        }
      }
    }
    return elements;
  }

  @Override
  public Collection<Element> elementsFor(AddressOwners owners, ClusterIndex cluster) {
    if (owners.address().family() != family || owners.pods().isEmpty()) {
      return List.of();
    }
    Set<Element> elements = new HashSet<>();
    for (ClusterPod pod : owners.pods()) {
      List<NamedPort> ports = ports(pod);
      if (!ports.isEmpty() && isPeer(owners, pod, cluster)) {
        ports.forEach(number -> elements.add(element(owners.address(), number)));
      }
    }
    return elements;
  }

  private boolean isPeer(AddressOwners owners, ClusterPod pod, ClusterIndex cluster) {
    return peers.everybody()
        || peers.ranges(family).contains(owners.address())
        || matcher.selects(pod, cluster)
        || (!peers.nodes().isEmpty() && matcher.selects(owners, cluster));
  }

  private List<NamedPort> ports(ClusterPod pod) {
    return ports(pod, port);
  }

  /** The ports of {@code pod} that {@code name} means. */
  static List<NamedPort> ports(ClusterPod pod, PolicyPort.Named name) {
    List<NamedPort> ports = new ArrayList<>();
    for (NamedPort port : pod.ports()) {
      TransportProtocol protocol = TransportProtocol.named(port.protocol());
      boolean meant =
          protocol != null && name.protocol().map(wanted -> wanted == protocol).orElse(true);
      if (meant && port.name().equals(name.name())) {
        ports.add(port);
      }
    }
    return ports;
  }

  private static Element element(AddressKey address, NamedPort port) {
    TransportProtocol protocol = TransportProtocol.named(port.protocol());
    int number = protocol == null ? 0 : protocol.number();
    return Element.of(
        Value.concatenation(address.value(), Value.ofByte(number), Value.ofPort(port.port())));
  }
}
