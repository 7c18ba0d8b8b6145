package io.kindnet.cni.model;

import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Nft;
import io.kindnet.netlink.testing.Sqlite3;
import java.nio.file.Path;

/**
 * All that calls may leave behind on a node, as operators see it.
 *
 * @param links {@code ip link}, without their operational states
 * @param addresses {@code ip addr}
 * @param routes {@code ip route} of all tables and both families
 * @param rules {@code nft list ruleset}
 * @param rows the database, but for its ranges and numbers of calls, which stay
 */
public record NodeState(String links, String addresses, String routes, String rules, String rows) {
  /**
   * What is there now, without the operational states of links: the kernel says of one that it is
   * up a moment after it is, and of a bridge perhaps never.
   *
   * @param database the plugin's
   */
  public static NodeState of(Namespace host, Path database) {
    return new NodeState(
        host.run("ip", "-o", "link").replaceAll(" state [A-Z]+ ", " "),
        host.run("ip", "-o", "addr"),
        host.run("ip", "route", "show", "table", "all")
            + host.run("ip", "-6", "route", "show", "table", "all"),
        Nft.ruleset(host),
        host.run(
            Sqlite3.command(
                database,
                "SELECT * FROM pods; SELECT * FROM attachments; SELECT * FROM portmap_entries;")));
  }
}
