package io.kindnet.bench;

import io.kindnet.measuring.Meter;
import io.kindnet.netlink.testing.CommandResult;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Machine;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Sqlite3;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A machine that is a node: an uplink, this project's plugin and its peers where clients look for
 * them, and a meter. What plugins keep lies in memory there.
 */
final class Node implements AutoCloseable {
  static final String CNI_PATH = "/opt/cni/bin:/usr/lib/cni";
  static final String PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

  private static final String DATABASE = "/var/lib/cni-kindnet/cni.db";
  private static final String KINDNET = "/opt/cni/bin/cni-kindnet";

  private final Path dist;
  private final Namespace router;
  private final Machine machine;
  private final Meter meter;

  private Node(Path dist, Namespace router, Machine machine) {
    this.dist = dist;
    this.router = router;
    this.machine = machine;
    meter = Meter.on(machine);
  }

  /**
   * Makes a node. No agent runs on it: each call of cni-kindnet starts a JVM.
   *
   * @param dist the directory with {@code cni/bin/cni-kindnet} and {@code kindnetd/bin/kindnetd}
   */
  static Node create(String label, Path dist) {
    Namespace router = Namespace.create(label + "-router");
    Machine machine = Machine.create(label);
    machine.namespace().connect("eth0", router, "eth0");
    Ip.batch(
        machine.namespace(),
        """
        addr add 192.0.2.2/24 dev eth0
        addr add 2001:db8::2/64 dev eth0
        route add default via 192.0.2.1
        """);
    machine.run("mkdir", "-p", "/etc/cni/net.d", "/opt/cni", "/var/lib/cni");
    machine.run("mount", "--bind", dist.resolve("cni").toString(), "/opt/cni");
    return new Node(dist, router, machine);
  }

  /** Starts an agent, which answers the calls from now on, and whose CPU time is part of theirs. */
  BenchAgent startAgent() {
    // as it is after the first call of all: where the database is not yet, the agent leaves it
    // alone
    machine.run("mkdir", "-p", DATABASE.substring(0, DATABASE.lastIndexOf('/')));
    BenchAgent agent = BenchAgent.start(this, dist);
    meter.watch(agent.pid());
    return agent;
  }

  /** ADDs and DELs that a JVM of their own ran. */
  long coldCalls() {
    return Files.exists(machine.path(DATABASE))
        ? Long.parseLong(
            sql("SELECT coalesce(sum(number), 0) FROM calls WHERE way = 'COLD'").strip())
        : 0;
  }

  /** Where clients find a plugin. */
  static String pluginPath(String type) {
    return type.equals("cni-kindnet") ? KINDNET : "/usr/lib/cni/" + type;
  }

  /** Writes the file of {@code network}. */
  NetworkConfiguration configure(NetworkConfiguration network) {
    try {
      Files.writeString(
          machine.path("/etc/cni/net.d/" + network.name() + ".conflist"), network.conflist());
      return network;
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot configure network " + network.name(), failed);
    }
  }

  /** Runs {@code statements} on the database of cni-kindnet. */
  String sql(String statements) {
    CommandResult result = machine.tryRun(Sqlite3.command(DATABASE, statements));
    if (!result.succeeded()) {
      throw new AssertionError("sqlite3 " + DATABASE + ": " + result.stderr());
    }
    return result.stdout();
  }

  /** How many rows a table of cni-kindnet's database has. */
  long rows(String table) {
    return Long.parseLong(sql("SELECT count(*) FROM " + table).strip());
  }

  /** How many elements a map of cni-kindnet's nftables table has. */
  int hostPorts(String map) {
    String listing = machine.run("nft", "list", "map", "inet", "cni-kindnet", map);
    return listing.split("tcp \\. ", -1).length - 1;
  }

  Machine machine() {
    return machine;
  }

  Meter meter() {
    return meter;
  }

  @Override
  public void close() {
    meter.close();
    machine.close();
    router.close();
  }
}
