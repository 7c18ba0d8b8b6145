package io.kindnet.cni.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Machine;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Resources;
import io.kindnet.netlink.testing.Sqlite3;
import java.io.IOException;
import java.nio.file.Files;

/** A machine that is a node: an uplink, the plugin where runtimes look for it, a configuration. */
final class KindnetNode {
  /** The node's own addresses, on an uplink with an MTU that is nobody's default. */
  static final String ADDRESS = "192.0.2.2";

  static final String ADDRESS_V6 = "2001:db8::2";

  private static final String DATABASE = "/var/lib/cni-kindnet/cni.db";

  private KindnetNode() {}

  /**
   * Makes {@code machine} a node.
   *
   * @param conflist the name of a resource: what kindnetd would have written
   */
  static void prepare(Machine machine, Namespace router, String conflist) throws IOException {
    machine.namespace().connect("eth0", router, "eth0");
    Ip.batch(
        machine.namespace(),
        """
        link set eth0 mtu 1400
        addr add %s/24 dev eth0
        addr add %s/64 dev eth0
        route add default via 192.0.2.1
        """
            .formatted(ADDRESS, ADDRESS_V6));
    machine.run("mkdir", "-p", "/etc/cni/net.d", "/opt/cni");
    machine.run("mount", "--bind", Dist.cni().toString(), "/opt/cni");
    configure(machine, conflist);
  }

  /** Replaces the network configuration. */
  static void configure(Machine machine, String conflist) throws IOException {
    Files.writeString(
        machine.path("/etc/cni/net.d/10-kindnet.conflist"),
        Resources.text(KindnetNode.class, conflist));
  }

  /** Fails if anything of any pod is left on {@code machine}. */
  static void assertNoPodIsLeft(Machine machine) {
    // and with the links, their addresses, routes and neighbours
    assertThat(machine.run("ip", "-o", "link")).doesNotContain("knet");
    assertThat(sql(machine, "SELECT * FROM pods; SELECT * FROM portmap_entries;")).isEmpty();
    assertThat(machine.run("nft", "list", "ruleset")).doesNotContain(" : 10.244.1.");
  }

  /** What the plugin's database says. */
  static String sql(Machine machine, String query) {
    return machine.run(Sqlite3.command(DATABASE, query));
  }
}
