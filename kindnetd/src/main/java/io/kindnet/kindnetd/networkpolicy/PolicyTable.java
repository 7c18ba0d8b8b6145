package io.kindnet.kindnetd.networkpolicy;

import static io.kindnet.netlink.nftables.BaseChain.NF_INET_LOCAL_IN;
import static io.kindnet.netlink.nftables.BaseChain.NF_INET_POST_ROUTING;
import static io.kindnet.netlink.nftables.BaseChain.NF_IP_PRI_NAT_SRC;

import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.DataType;
import io.kindnet.netlink.nftables.FieldType;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.TableFamily;
import java.util.ArrayList;
import java.util.List;

/** The names in the table {@code inet kindnet-network-policies}: what is always in it. */
public final class PolicyTable {
  /** The table that all of it is in. */
  public static final Table TABLE = new Table(TableFamily.INET, "kindnet-network-policies");

  /** Behind the translation of destinations, before that of sources. */
  public static final Chain POSTROUTING =
      new Chain(
          TABLE, "postrouting", BaseChain.filter(NF_INET_POST_ROUTING, NF_IP_PRI_NAT_SRC - 5));

  /** What pods send to their own node; behind IPVS, whose hook has priority 98. */
  public static final Chain INPUT =
      new Chain(TABLE, "input", BaseChain.filter(NF_INET_LOCAL_IN, NF_IP_PRI_NAT_SRC + 1));

  /**
   * The bit of the mark of packets that are let through, because whoever set it has asked the
   * policies: the mark of the table {@code inet kindnet-dnscache}.
   */
  public static final int DECIDED_MARK = 0x1000;

  /**
   * How the names of sets begin that have the addresses of domain names; each element has its name,
   * in lower case and without the final dot, as its comment.
   */
  public static final String DOMAIN_ADDRESSES = "names-";

  private static final List<NamedSet> FIXED_SETS = makeFixedSets();

  private PolicyTable() {}

  /** Addresses of pods of this node that some policy selects. Only shown, no rule uses it. */
  public static NamedSet podIps(AddressFamily family) {
    return NamedSet.set(TABLE, "podips-" + suffix(family), DataType.of(address(family)));
  }

  /** Addresses of pods of this node whose Pod is not known yet. */
  public static NamedSet pending(AddressFamily family) {
    return NamedSet.set(TABLE, "pending-" + suffix(family), DataType.of(address(family)));
  }

  /** Pairs of an address of a pod with a policy and the same address. */
  public static NamedSet self(AddressFamily family) {
    return NamedSet.set(
        TABLE, "self-" + suffix(family), DataType.of(address(family), address(family)));
  }

  /** The class chain of each pod of this node that a policy selects in this direction. */
  public static NamedSet classes(Direction direction, AddressFamily family) {
    return NamedSet.verdictMap(
        TABLE, word(direction) + "-" + suffix(family), DataType.of(address(family)));
  }

  /** All sets and maps that are always there. */
  public static List<NamedSet> fixedSets() {
    return FIXED_SETS;
  }

  private static List<NamedSet> makeFixedSets() {
    List<NamedSet> sets = new ArrayList<>();
    for (AddressFamily family : AddressFamily.values()) {
      sets.add(podIps(family));
      sets.add(pending(family));
      sets.add(self(family));
      for (Direction direction : Direction.values()) {
        sets.add(classes(direction, family));
      }
    }
    return List.copyOf(sets);
  }

  /** {@code v4} or {@code v6}, the end of the name of each set. */
  public static String suffix(AddressFamily family) {
    return family == AddressFamily.IPV4 ? "v4" : "v6";
  }

  /** {@code ingress} or {@code egress}. */
  public static String word(Direction direction) {
    return direction == Direction.INGRESS ? "ingress" : "egress";
  }

  /** The type of an address in a set. */
  public static FieldType address(AddressFamily family) {
    return family == AddressFamily.IPV4 ? FieldType.IPV4_ADDR : FieldType.IPV6_ADDR;
  }
}
