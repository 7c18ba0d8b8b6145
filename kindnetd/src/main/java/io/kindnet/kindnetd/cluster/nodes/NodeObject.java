package io.kindnet.kindnetd.cluster.nodes;

import io.kindnet.kindnetd.cluster.nodes.ClusterNode.LeftOutCidr;
import io.kindnet.kindnetd.kube.ApiAddresses;
import io.kindnet.kindnetd.kube.ApiRecord;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What {@link NodeReader} takes from a Node of the API server. What the Node does not have is
 * empty, or 0.
 *
 * @param name {@code metadata.name}
 * @param version {@code metadata.resourceVersion}
 * @param created {@code metadata.creationTimestamp}, seconds since 1970
 * @param podCidrs {@code spec.podCIDRs}, else {@code spec.podCIDR}
 * @param providerId {@code spec.providerID}
 * @param addresses those of {@code status.addresses} that are of the {@link #ADDRESS_TYPES}
 * @param networkAvailable of this machine's own Node: whether it says, in whoever's words, that its
 *     network is there: its condition {@code NetworkUnavailable} is {@code False}
 */
record NodeObject(
    String name,
    String version,
    long created,
    List<String> podCidrs,
    String providerId,
    List<Address> addresses,
    boolean networkAvailable)
    implements ApiRecord {
  /** Addresses of a family that count: no pod CIDR of a younger Node may contain one. */
  private static final int MOST_ADDRESSES = 3;

  /** The types of addresses that count, the preferred one first. */
  static final List<String> ADDRESS_TYPES = List.of("InternalIP", "ExternalIP");

  /**
   * One of {@code status.addresses}.
   *
   * @param type such as {@code InternalIP}
   * @param text an address, or for some types a name
   */
  record Address(String type, String text) {}

  @Override
  public String key() {
    return name;
  }

  /**
   * Whether this and {@code other} are the same Node to the agents: a heartbeat is found to be one
   * before any address is made of its texts.
   */
  boolean describesAs(NodeObject other) {
    return podCidrs.equals(other.podCidrs)
        && sameAddresses(other.addresses)
        && providerId.equals(other.providerId)
        && created == other.created;
  }

  /** What a record has as its own equals takes longer than all the rest of a heartbeat. */
  private boolean sameAddresses(List<Address> others) {
    int count = addresses.size();
    if (others.size() != count) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      Address one = addresses.get(i);
      Address other = others.get(i);
      if (!one.text.equals(other.text) || !one.type.equals(other.type)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The Node as the agents see it.
   *
   * @param unreadable is told of each address that is none
   */
  ClusterNode toClusterNode(Consumer<String> unreadable) {
    String time = created == 0 ? "" : Instant.ofEpochSecond(created).toString();
    List<IpPrefix> prefixes = new ArrayList<>(podCidrs.size());
    List<LeftOutCidr> leftOut = new ArrayList<>(0);
    for (String text : podCidrs) {
      try {
        prefixes.add(ApiAddresses.prefix(text));
      } catch (IllegalArgumentException none) {
        leftOut.add(new LeftOutCidr(ApiAddresses.printable(text), "it is not a CIDR"));
      }
    }
    return new ClusterNode(
        name,
        time,
        List.copyOf(prefixes),
        List.copyOf(leftOut),
        inetAddresses(unreadable),
        providerId);
  }

  private List<InetAddress> inetAddresses(Consumer<String> unreadable) {
    Set<InetAddress> ofIpv4 = new LinkedHashSet<>();
    Set<InetAddress> ofIpv6 = new LinkedHashSet<>();
    for (String type : ADDRESS_TYPES) {
      for (Address candidate : addresses) {
        if (type.equals(candidate.type())) {
          try {
            InetAddress address = ApiAddresses.address(candidate.text());
            Set<InetAddress> those =
                AddressFamily.of(address) == AddressFamily.IPV4 ? ofIpv4 : ofIpv6;
            if (those.size() < MOST_ADDRESSES) {
              those.add(address);
            }
          } catch (IllegalArgumentException reason) {
            unreadable.accept("address left out: " + reason.getMessage());
          }
        }
      }
    }
    List<InetAddress> all = new ArrayList<>(ofIpv4);
    all.addAll(ofIpv6);
    return List.copyOf(all);
  }
}
