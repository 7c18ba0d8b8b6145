package io.kindnet.cni.model;

import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Sqlite3;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A node with an uplink, the namespaces of its containers, and what others do there. */
final class Node implements AutoCloseable {
  /** The MTU of the uplink, which is nobody's default. */
  static final int UPLINK_MTU = 1450;

  private static final Duration CLEANUP_DEADLINE = Duration.ofSeconds(30);

  private final Namespace host = Namespace.create("node");
  private final Map<Integer, Namespace> containers = new ConcurrentHashMap<>();
  private final Set<String> takenNames = ConcurrentHashMap.newKeySet();
  private final Path database;

  Node(Path dataDir) {
    database = dataDir.resolve("cni.db");
    Ip.batch(
        host,
        """
        link add up0 mtu %d type veth peer name up1
        link set up1 up
        link set up0 up
        link set lo up
        addr add 192.0.2.2/24 dev up0
        route add default via 192.0.2.1
        """
            .formatted(UPLINK_MTU));
  }

  Namespace host() {
    return host;
  }

  Path database() {
    return database;
  }

  Collection<Namespace> containers() {
    return containers.values();
  }

  boolean hasNamespace(int container) {
    return containers.containsKey(container);
  }

  /** The path of the namespace of a container, or one where nothing is. */
  String netns(int container) {
    Namespace namespace = containers.get(container);
    return namespace == null ? "/run/netns/kt-gone" : namespace.path().toString();
  }

  void makeNamespace(int container) {
    containers.computeIfAbsent(container, number -> Namespace.create("c" + number));
  }

  /** Returns the path that it had, empty if there was none. */
  String deleteNamespace(int container) {
    Namespace namespace = containers.remove(container);
    if (namespace == null) {
      return "";
    }
    namespace.close();
    return namespace.path().toString();
  }

  /** The kernel removes the links of a namespace some time after the namespace itself. */
  void awaitGone(Collection<String> links) {
    Eventually.within(
        CLEANUP_DEADLINE,
        () -> {
          String left = host.run("ip", "-o", "link");
          for (String link : links) {
            if (left.contains(link)) {
              throw new AssertionError(link + " is still there");
            }
          }
        });
  }

  /** Deletes a link of the host; one that is not there is no error. */
  void deleteLink(String name) {
    host.tryRun("ip", "link", "del", name);
  }

  /** Makes an interface of this name in the pod, if there is none. */
  void takeName(Slot slot) {
    Namespace namespace = containers.get(slot.container());
    if (namespace != null) {
      namespace.tryRun("ip", "link", "add", slot.interfaceName(), "type", "bridge");
      takenNames.add(netns(slot.container()) + " " + slot.interfaceName());
    }
  }

  /** Whether {@link #takeName} was called for {@code slot} as it is. */
  boolean isNameTaken(Slot slot) {
    return takenNames.contains(netns(slot.container()) + " " + slot.interfaceName());
  }

  void damage(Operation.Nft damage) {
    // there may be no such table
    host.tryRun("nft", damage.command());
  }

  /** Deletes the row of the pod that has this host interface, as the sqlite3 shell does. */
  void deleteRows(String hostInterface, boolean further) {
    host.run(
        Sqlite3.command(
            database,
            (further ? "PRAGMA foreign_keys=ON; " : "")
                + "DELETE FROM pods WHERE interface_name = '"
                + hostInterface
                + "';"));
  }

  Set<String> observe() {
    return new Observer(host, database).observe(containers.values());
  }

  @Override
  public void close() {
    containers.values().forEach(Namespace::close);
    host.close();
  }
}
