package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.e2e.cluster.Machine;
import io.kindnet.e2e.cluster.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What pods have on a node, in four places: it must be the same everywhere. */
final class Leaks {
  static final String DATABASE = "/var/lib/cni-kindnet/cni.db";
  private static final String OF_PODS = "107";
  private static final List<String> OUR_ROUTES = List.of("75", OF_PODS);

  private Leaks() {}

  /** Fails unless rows, interfaces, routes and host ports are those of the pods that run. */
  static void assertNone(TestCluster cluster, Node node) {
    TreeSet<String> names = new TreeSet<>();
    TreeSet<String> ipv4 = new TreeSet<>();
    TreeSet<String> ipv6 = new TreeSet<>();
    int hostPorts = 0;
    for (JsonNode pod : podsOn(cluster, node)) {
      names.add(pod.at("/metadata/namespace").asText() + "/" + pod.at("/metadata/name").asText());
      for (JsonNode podIp : pod.at("/status/podIPs")) {
        String address = podIp.path("ip").asText();
        (address.contains(":") ? ipv6 : ipv4).add(address);
      }
      for (JsonNode container : pod.at("/spec/containers")) {
        for (JsonNode port : container.path("ports")) {
          hostPorts += port.has("hostPort") ? 1 : 0;
        }
      }
    }
    Machine machine = node.machine();
    String on = " on " + node.name();
    assertThat(rows(machine, "SELECT namespace || '/' || name FROM pods"))
        .as("rows" + on)
        .containsExactlyInAnyOrderElementsOf(names);
    assertThat(rows(machine, "SELECT ip_address_v4 FROM pods WHERE ip_address_v4 IS NOT NULL"))
        .as("IPv4 addresses in rows" + on)
        .containsExactlyInAnyOrderElementsOf(ipv4);
    assertThat(aliases(machine))
        .as("interfaces" + on)
        .containsExactlyInAnyOrderElementsOf(names.stream().map("link-pod "::concat).toList());
    assertThat(routes(machine, "-4")).as("routes" + on).containsExactlyInAnyOrderElementsOf(ipv4);
    assertThat(routes(machine, "-6")).as("routes" + on).containsExactlyInAnyOrderElementsOf(ipv6);
    assertThat(rows(machine, "SELECT * FROM portmap_entries"))
        .as("host port rows" + on)
        .hasSize(2 * hostPorts);
    for (String map : List.of("hostport-any-v4", "hostport-any-v6")) {
      assertThat(elements(machine, map)).as("elements of " + map + on).isEqualTo(hostPorts);
    }
  }

  /** Fails unless a node is as before kindnet was there. */
  static void assertNothingOfKindnet(Machine machine) {
    assertThat(machine.run("nft", "list", "tables")).doesNotContain("kindnet");
    assertThat(aliases(machine)).isEmpty();
    for (String protocol : OUR_ROUTES) {
      assertThat(machine.run("ip", "-4", "route", "show", "proto", protocol)).isEmpty();
      assertThat(machine.run("ip", "-6", "route", "show", "proto", protocol)).isEmpty();
    }
    assertThat(
            machine.run(
                "find",
                "/etc/cni/net.d",
                "/opt/cni/bin",
                "/var/lib/cni-kindnet",
                "/run/kindnet",
                "-mindepth",
                "1",
                "-name",
                "*kindnet*"))
        .isEmpty();
    assertThat(machine.run("ls", "-A", "/var/lib/cni-kindnet", "/run/kindnet"))
        .doesNotContain("cni.db", "cni.sock");
  }

  /** Those with a network of their own, as long as the API server knows them. */
  private static List<JsonNode> podsOn(TestCluster cluster, Node node) {
    List<JsonNode> pods = new ArrayList<>();
    String list =
        cluster
            .kubectl()
            .run(
                "get",
                "pods",
                "--all-namespaces",
                "--field-selector=spec.nodeName=" + node.name(),
                "-o",
                "json");
    for (JsonNode pod : Json.read(list).get("items")) {
      if (!pod.at("/spec/hostNetwork").asBoolean()) {
        pods.add(pod);
      }
    }
    return pods;
  }

  /** The database is made by the first pod of a node. */
  private static List<String> rows(Machine machine, String query) {
    return machine
        .run(
            "sh",
            "-c",
            "[ ! -s " + DATABASE + " ] || sqlite3 -cmd '.timeout 60000' " + DATABASE + " \"$0\"",
            query)
        .lines()
        .toList();
  }

  /** Of all interfaces that lead to pods. */
  static List<String> aliases(Machine machine) {
    List<String> aliases = new ArrayList<>();
    for (JsonNode link : Json.read(machine.run("ip", "-j", "-d", "link"))) {
      if (link.path("ifname").asText().startsWith("knet")) {
        aliases.add(link.path("ifalias").asText());
      }
    }
    return aliases;
  }

  private static List<String> routes(Machine machine, String family) {
    List<String> destinations = new ArrayList<>();
    for (JsonNode route :
        Json.read(machine.run("ip", "-j", family, "route", "show", "proto", OF_PODS))) {
      destinations.add(route.path("dst").asText());
    }
    return destinations;
  }

  /** How many elements a map has; none without the map, for the first host port makes it. */
  private static int elements(Machine machine, String map) {
    var listed = machine.attempt("nft", "-j", "list", "map", "inet", "cni-kindnet", map);
    if (listed.exit() != 0) {
      return 0;
    }
    return Json.read(listed.output()).findPath("elem").size();
  }
}
