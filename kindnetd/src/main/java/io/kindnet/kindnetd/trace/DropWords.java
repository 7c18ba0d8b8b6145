package io.kindnet.kindnetd.trace;

import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.TraceEvent;
import java.util.Locale;

/** Says in words who it is that drops a packet. */
final class DropWords {
  private DropWords() {}

  /** Such as {@code the FORWARD policy of table ip filter, as Docker sets it}. */
  static String of(TraceEvent drop) {
    Table table = drop.table();
    String where =
        (drop.type() == TraceEvent.Type.POLICY
                ? "the " + drop.chain() + " policy"
                : "a rule of chain " + drop.chain())
            + " of table "
            + table;
    String owner = owner(table.name(), drop.chain(), drop.type() == TraceEvent.Type.POLICY);
    return owner.isEmpty() ? where : where + ", " + owner;
  }

  private static String owner(String table, String chain, boolean policy) {
    String name = table.toLowerCase(Locale.ROOT);
    if (name.equals("kindnet-network-policies")) {
      if (chain.startsWith("sources")) {
        return "kindnet's: the packet does not come from where its address is";
      }
      return chain.startsWith("pending-")
          ? "kindnet's: it is not known yet which policies the pod has"
          : "kindnet's: a network policy";
    }
    if (name.equals("cni-kindnet")) {
      return "kindnet's: host ports on loopback are this node's own";
    }
    if (name.startsWith("kindnet-")) {
      return "kindnet's";
    }
    if (chain.startsWith("DOCKER")) {
      return "Docker's";
    }
    if (chain.startsWith("KUBE-FIREWALL")
        || chain.startsWith("KUBE-")
        || name.startsWith("kube-proxy")) {
      return "kube-proxy's or the kubelet's";
    }
    if (name.equals("firewalld")) {
      return "firewalld's";
    }
    if (chain.startsWith("ufw")) {
      return "ufw's";
    }
    if (chain.startsWith("cali-")) {
      return "Calico's";
    }
    return policy && chain.equals("FORWARD") && name.equals("filter") ? "as Docker sets it" : "";
  }
}
