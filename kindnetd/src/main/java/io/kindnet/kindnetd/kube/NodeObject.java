package io.kindnet.kindnetd.kube;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What {@link NodeReader} takes from an object of the API server: from a Node what kindnetd needs,
 * from a Status why a request failed. What the object does not have is empty, or 0.
 *
 * @param name {@code metadata.name}
 * @param version {@code metadata.resourceVersion}
 * @param created {@code metadata.creationTimestamp}
 * @param podCidrs {@code spec.podCIDRs}, else {@code spec.podCIDR}
 * @param providerId {@code spec.providerID}
 * @param addresses those of {@code status.addresses} that are of the {@link #ADDRESS_TYPES}
 * @param networkAvailable whether the Node says, in whoever's words, that its network is there: its
 *     condition {@code NetworkUnavailable} is {@code False}
 * @param code of a Status, as in HTTP
 * @param message of a Status
 */
record NodeObject(
    String name,
    String version,
    String created,
    List<String> podCidrs,
    String providerId,
    List<Address> addresses,
    boolean networkAvailable,
    int code,
    String message) {
  /** The types of addresses that count, the preferred one first. */
  static final List<String> ADDRESS_TYPES = List.of("InternalIP", "ExternalIP");

  /**
   * One of {@code status.addresses}.
   *
   * @param type such as {@code InternalIP}
   * @param text an address, or for some types a name
   */
  record Address(String type, String text) {}

  /**
   * Whether this and {@code other} are the same Node to the agents: a heartbeat is found to be one
   * before any address is made of its texts.
   */
  boolean describesAs(NodeObject other) {
    return podCidrs.equals(other.podCidrs)
        && addresses.equals(other.addresses)
        && providerId.equals(other.providerId)
        && created.equals(other.created);
  }

  /**
   * The Node as the agents see it.
   *
   * @param leftOut is told of each CIDR or address that is none
   */
  ClusterNode toClusterNode(Consumer<String> leftOut) {
    return new ClusterNode(name, created, prefixes(leftOut), inetAddresses(leftOut), providerId);
  }

  private List<IpPrefix> prefixes(Consumer<String> leftOut) {
    List<IpPrefix> prefixes = new ArrayList<>(podCidrs.size());
    for (String text : podCidrs) {
      try {
        prefixes.add(IpPrefix.parse(text));
      } catch (IllegalArgumentException reason) {
        leftOut.accept("pod CIDR left out: " + reason.getMessage());
      }
    }
    return List.copyOf(prefixes);
  }

  private List<InetAddress> inetAddresses(Consumer<String> leftOut) {
    Map<AddressFamily, InetAddress> first = new EnumMap<>(AddressFamily.class);
    for (String type : ADDRESS_TYPES) {
      for (Address candidate : addresses) {
        if (type.equals(candidate.type())) {
          try {
            InetAddress address = IpAddresses.parse(candidate.text());
            first.putIfAbsent(AddressFamily.of(address), address);
          } catch (IllegalArgumentException reason) {
            leftOut.accept("address left out: " + reason.getMessage());
          }
        }
      }
    }
    return List.copyOf(first.values());
  }
}
