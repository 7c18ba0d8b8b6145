package io.kindnet.cni.portmap;

import static io.kindnet.netlink.nftables.BaseChain.NF_INET_LOCAL_OUT;
import static io.kindnet.netlink.nftables.BaseChain.NF_INET_POST_ROUTING;
import static io.kindnet.netlink.nftables.BaseChain.NF_INET_PRE_ROUTING;
import static io.kindnet.netlink.nftables.BaseChain.NF_IP_PRI_NAT_DST;
import static io.kindnet.netlink.nftables.BaseChain.NF_IP_PRI_NAT_SRC;
import static io.kindnet.netlink.nftables.BaseChain.NF_IP_PRI_RAW;

import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.DataType;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.FieldType;
import io.kindnet.netlink.nftables.ListedRule;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.NftablesTransaction;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.TableFamily;
import io.kindnet.netlink.nftables.expr.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * The table of the host ports as it is without any pod: what is in it never changes, only the
 * elements of its sets and maps do.
 *
 * <ul>
 *   <li>{@code prerouting} and {@code output} give what comes to an address of the host to {@code
 *       hostports}, which sends it to the pod that has the port of that address, or else of every
 *       address; not what comes to a Service, which may have a local address as well. The maps have
 *       no intervals: the kernel copies such a map as a whole to take one element away.
 *   <li>{@code postrouting} makes such a packet come from the host where the answer would not come
 *       back through it: where a pod reaches itself or a neighbour on its bridge, and where its
 *       source is a loopback address.
 *   <li>{@code loopback-guard} keeps everyone else from the host's loopback addresses, which {@code
 *       route_localnet} opens on the interfaces of pods with host ports. No packet with such an
 *       address ever comes from outside by right (RFC 1122, section 3.2.1.3), so it guards all
 *       interfaces, and does not depend on which pods there are.
 * </ul>
 */
final class HostPortTable {
  static final Table TABLE = new Table(TableFamily.INET, "cni-kindnet");

  /** From address, protocol and port of the host to address and port of a pod. */
  static final NamedSet MAP_V4 = byAddress("hostport-map-v4", FieldType.IPV4_ADDR);

  /** The same for IPv6. */
  static final NamedSet MAP_V6 = byAddress("hostport-map-v6", FieldType.IPV6_ADDR);

  /** From protocol and port, of every address of the host, to address and port of a pod. */
  static final NamedSet ANY_V4 = ofEveryAddress("hostport-any-v4", FieldType.IPV4_ADDR);

  /** The same for IPv6. */
  static final NamedSet ANY_V6 = ofEveryAddress("hostport-any-v6", FieldType.IPV6_ADDR);

  /** The pods with host ports, each with itself. */
  static final NamedSet HAIRPIN_V4 = pairs("hairpin-v4", FieldType.IPV4_ADDR);

  /** The same for IPv6. */
  static final NamedSet HAIRPIN_V6 = pairs("hairpin-v6", FieldType.IPV6_ADDR);

  /** The bridges that pods with host ports are plugged to, each with itself. */
  static final NamedSet HAIRPIN_BRIDGES = pairs("hairpin-bridges", FieldType.IFNAME);

  /** The node's local addresses that are those of Services: their ports are no host ports. */
  static final NamedSet SERVICES_V4 =
      NamedSet.set(TABLE, "service-ips-v4", DataType.of(FieldType.IPV4_ADDR));

  /** The same for IPv6. */
  static final NamedSet SERVICES_V6 =
      NamedSet.set(TABLE, "service-ips-v6", DataType.of(FieldType.IPV6_ADDR));

  /** The sets whose elements do not come from pods. */
  static final List<NamedSet> SERVICES = List.of(SERVICES_V4, SERVICES_V6);

  /** All sets and maps. */
  static final List<NamedSet> SETS =
      List.of(
          MAP_V4,
          MAP_V6,
          ANY_V4,
          ANY_V6,
          HAIRPIN_V4,
          HAIRPIN_V6,
          HAIRPIN_BRIDGES,
          SERVICES_V4,
          SERVICES_V6);

  private static final int NF_IP_PRI_OUTPUT = -100;

  private static final Chain PREROUTING =
      new Chain(TABLE, "prerouting", BaseChain.nat(NF_INET_PRE_ROUTING, NF_IP_PRI_NAT_DST));
  private static final Chain OUTPUT =
      new Chain(TABLE, "output", BaseChain.nat(NF_INET_LOCAL_OUT, NF_IP_PRI_OUTPUT));
  private static final Chain POSTROUTING =
      new Chain(TABLE, "postrouting", BaseChain.nat(NF_INET_POST_ROUTING, NF_IP_PRI_NAT_SRC));
  private static final Chain LOOPBACK_GUARD =
      new Chain(TABLE, "loopback-guard", BaseChain.filter(NF_INET_PRE_ROUTING, NF_IP_PRI_RAW));

  private static final Chain HOST_PORTS = Chain.regular(TABLE, HostPortRules.CHAIN);

  /** All chains. */
  static final List<Chain> CHAINS =
      List.of(HOST_PORTS, PREROUTING, OUTPUT, POSTROUTING, LOOPBACK_GUARD);

  private static final DataType PROTOCOL = DataType.of(FieldType.INET_PROTO);

  private HostPortTable() {}

  static NamedSet map(AddressFamily family) {
    return family == AddressFamily.IPV4 ? MAP_V4 : MAP_V6;
  }

  static NamedSet everyAddress(AddressFamily family) {
    return family == AddressFamily.IPV4 ? ANY_V4 : ANY_V6;
  }

  static NamedSet services(AddressFamily family) {
    return family == AddressFamily.IPV4 ? SERVICES_V4 : SERVICES_V6;
  }

  static NamedSet hairpin(AddressFamily family) {
    return family == AddressFamily.IPV4 ? HAIRPIN_V4 : HAIRPIN_V6;
  }

  /**
   * Makes what is missing of the table, its sets and chains, and the rules again; elements stay.
   */
  static void build(NftablesTransaction transaction) {
    transaction.add(TABLE);
    for (NamedSet set : SETS) {
      transaction.add(set);
    }
    for (Chain chain : CHAINS) {
      transaction.add(chain).flush(chain);
    }
    for (Chain chain : CHAINS) {
      // an anonymous set belongs to one rule, so each of the two gets its own
      for (Rule rule : rules(chain, transaction)) {
        transaction.append(chain, rule);
      }
    }
  }

  private static List<Rule> rules(Chain chain, NftablesTransaction transaction) {
    return isTranslating(chain)
        ? HostPortRules.toThisHost(addProtocols(transaction))
        : normalizedRules(chain);
  }

  private static int addProtocols(NftablesTransaction transaction) {
    List<Element> protocols = new ArrayList<>();
    for (TransportProtocol protocol : TransportProtocol.values()) {
      protocols.add(Element.of(Value.ofByte(protocol.number())));
    }
    return transaction.addAnonymous(TABLE, PROTOCOL, protocols);
  }

  /**
   * Whether {@code listed}, the rules that are there, are those that {@link #build} makes. Chains
   * that somebody else added to the table do not matter.
   */
  static boolean isComplete(List<ListedRule> listed) {
    for (Chain chain : CHAINS) {
      List<Rule> there = new ArrayList<>();
      for (ListedRule rule : listed) {
        if (rule.chain().equals(chain.name())) {
          there.add(rule.rule().normalized());
        }
      }
      if (!there.equals(normalizedRules(chain))) {
        return false;
      }
    }
    return true;
  }

  /** As {@link Rule#normalized} makes them of the listed ones. */
  private static List<Rule> normalizedRules(Chain chain) {
    if (isTranslating(chain)) {
      return HostPortRules.toThisHost(0);
    }
    if (isAt(chain, HOST_PORTS)) {
      return HostPortRules.translating();
    }
    return isAt(chain, LOOPBACK_GUARD) ? HostPortRules.guarding() : HostPortRules.masquerading();
  }

  private static boolean isTranslating(Chain chain) {
    return isAt(chain, PREROUTING) || isAt(chain, OUTPUT);
  }

  private static boolean isAt(Chain chain, Chain other) {
    return chain.name().equals(other.name());
  }

  private static NamedSet pairs(String name, FieldType type) {
    return NamedSet.set(TABLE, name, DataType.of(type, type));
  }

  private static NamedSet byAddress(String name, FieldType address) {
    DataType key = DataType.of(address, FieldType.INET_PROTO, FieldType.INET_SERVICE);
    return NamedSet.map(TABLE, name, key, DataType.of(address, FieldType.INET_SERVICE));
  }

  private static NamedSet ofEveryAddress(String name, FieldType address) {
    DataType key = DataType.of(FieldType.INET_PROTO, FieldType.INET_SERVICE);
    return NamedSet.map(TABLE, name, key, DataType.of(address, FieldType.INET_SERVICE));
  }
}
