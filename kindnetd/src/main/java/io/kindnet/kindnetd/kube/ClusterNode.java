package io.kindnet.kindnetd.kube;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the agents need of a Node; two states of a Node that differ in nothing else are equal.
 *
 * @param name its name
 * @param created its creation time stamp as the API server writes it, empty if it has none; sorts
 *     by time as text
 * @param podCidrs {@code spec.podCIDRs}, in order
 * @param addresses at most one of each family, IPv4 first: the first InternalIP, else the first
 *     ExternalIP
 * @param providerId {@code spec.providerID}, empty if it has none
 */
public record ClusterNode(
    String name,
    String created,
    List<IpPrefix> podCidrs,
    List<InetAddress> addresses,
    String providerId) {
  private static final Logger log = LoggerFactory.getLogger(ClusterNode.class);
  private static final List<String> ADDRESS_TYPES = List.of("InternalIP", "ExternalIP");

  /**
   * Keeps what is needed of {@code node}; a CIDR or address that is none is left out and logged.
   */
  public static ClusterNode of(Node node) {
    String created = node.getMetadata().getCreationTimestamp();
    String providerId = node.getSpec() == null ? null : node.getSpec().getProviderID();
    return new ClusterNode(
        node.getMetadata().getName(),
        created == null ? "" : created,
        podCidrs(node),
        addresses(node),
        providerId == null ? "" : providerId);
  }

  /** The address of {@code family}, if the node has one. */
  public Optional<InetAddress> address(AddressFamily family) {
    for (InetAddress address : addresses) {
      if (AddressFamily.of(address) == family) {
        return Optional.of(address);
      }
    }
    return Optional.empty();
  }

  private static List<IpPrefix> podCidrs(Node node) {
    List<IpPrefix> cidrs = new ArrayList<>();
    for (String text : podCidrTexts(node)) {
      try {
        cidrs.add(IpPrefix.parse(text));
      } catch (IllegalArgumentException reason) {
        logLeftOut(node, "pod CIDR", reason);
      }
    }
    return List.copyOf(cidrs);
  }

  private static List<String> podCidrTexts(Node node) {
    if (node.getSpec() == null) {
      return List.of();
    }
    List<String> several = node.getSpec().getPodCIDRs();
    if (several != null && !several.isEmpty()) {
      return several;
    }
    String one = node.getSpec().getPodCIDR();
    return one == null || one.isEmpty() ? List.of() : List.of(one);
  }

  private static List<InetAddress> addresses(Node node) {
    Map<AddressFamily, InetAddress> addresses = new EnumMap<>(AddressFamily.class);
    if (node.getStatus() != null && node.getStatus().getAddresses() != null) {
      for (String type : ADDRESS_TYPES) {
        for (NodeAddress candidate : node.getStatus().getAddresses()) {
          if (type.equals(candidate.getType())) {
            addFirst(addresses, node, candidate.getAddress());
          }
        }
      }
    }
    return List.copyOf(addresses.values());
  }

  private static void addFirst(Map<AddressFamily, InetAddress> addresses, Node node, String text) {
    try {
      InetAddress address = IpAddresses.parse(text);
      addresses.putIfAbsent(AddressFamily.of(address), address);
    } catch (IllegalArgumentException reason) {
      logLeftOut(node, "address", reason);
    }
  }

  private static void logLeftOut(Node node, String what, IllegalArgumentException reason) {
    String name = node.getMetadata().getName();
    log.warn("node {}: {} left out: {}", name, what, reason.getMessage());
  }
}
