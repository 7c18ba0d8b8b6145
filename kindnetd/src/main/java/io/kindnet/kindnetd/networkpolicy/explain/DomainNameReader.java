package io.kindnet.kindnetd.networkpolicy.explain;

import io.kindnet.kindnetd.networkpolicy.PolicyTable;
import io.kindnet.kindnetd.networkpolicy.evaluator.ClusterState;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.NftablesSocket;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Reads which addresses the domain names in policies have on this node at the moment. */
public final class DomainNameReader {
  private DomainNameReader() {}

  /**
   * The cluster with domain names, if a policy is about them.
   *
   * @param nftables opens a socket in the network of this node, which is closed here
   * @param notes takes what an operator should know
   */
  public static ClusterState complete(
      ClusterState state, Supplier<NftablesSocket> nftables, Consumer<String> notes) {
    if (state.policies().stream().allMatch(policy -> policy.placesOfDomainNames().isEmpty())) {
      return state;
    }
    try (NftablesSocket socket = nftables.get()) {
      return state.withDomainNames(read(socket));
    } catch (KernelException failure) {
      notes.accept("the addresses of domain names are not known: " + failure.getMessage());
      return state;
    }
  }

  private static Map<InetAddress, Set<String>> read(NftablesSocket socket) {
    Map<InetAddress, Set<String>> names = new HashMap<>();
    for (NamedSet set : socket.list().sets(PolicyTable.TABLE)) {
      if (set.name().startsWith(PolicyTable.DOMAIN_ADDRESSES)) {
        for (Element element : socket.list().elements(set)) {
          if (element.comment() != null) {
            names
                .computeIfAbsent(IpAddresses.of(element.key().bytes()), _ -> new HashSet<>())
                .add(element.comment());
          }
        }
      }
    }
    return names;
  }
}
