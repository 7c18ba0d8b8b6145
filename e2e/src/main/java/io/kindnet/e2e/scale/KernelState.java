package io.kindnet.e2e.scale;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kindnet.e2e.cluster.Machine;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What an agent is to have in the kernel of its node, or has there.
 *
 * @param routes the next hop to each pod CIDR
 * @param unmasqueraded the pod CIDRs to which nothing is masqueraded
 * @param rules how many rules the chain has
 */
record KernelState(Map<String, String> routes, Set<String> unmasqueraded, int rules) {
  static final String PROTOCOL = "75";
  static final String TABLE = "kindnet-ipmasq";
  static final String POLICY_TABLE = "kindnet-network-policies";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int RULES = 8;

  /** What belongs there. */
  static KernelState expected(Peer self, Collection<Peer> others) {
    Map<String, String> routes = new TreeMap<>();
    Set<String> unmasqueraded = new TreeSet<>(self.podCidrs());
    for (Peer peer : others) {
      for (int family = 0; family < peer.podCidrs().size(); family++) {
        routes.put(peer.podCidrs().get(family), peer.addresses().get(family));
      }
      unmasqueraded.addAll(peer.podCidrs());
    }
    return new KernelState(routes, unmasqueraded, RULES);
  }

  /** What {@code ip} and {@code nft} show; nothing where the table is not there. */
  static KernelState of(Machine machine) {
    Map<String, String> routes = new TreeMap<>();
    for (String family : new String[] {"-4", "-6"}) {
      String listing =
          machine.run("ip", "-j", family, "route", "show", "protocol", PROTOCOL, "type", "unicast");
      addRoutes(listing, routes);
    }
    Set<String> unmasqueraded = new TreeSet<>();
    for (String set : new String[] {"noMasqV4", "noMasqV6"}) {
      addElements(list(machine, "set", set), unmasqueraded);
    }
    return new KernelState(routes, unmasqueraded, rules(list(machine, "chain", "postrouting")));
  }

  private static String list(Machine machine, String kind, String name) {
    var result = machine.attempt("nft", "-j", "list", kind, "inet", TABLE, name);
    return result.exit() == 0 ? result.output() : "{}";
  }

  /** Adds what {@code ip -j route} printed, nothing being an empty list. */
  static void addRoutes(String listing, Map<String, String> routes) {
    for (JsonNode route : tree(listing.isBlank() ? "[]" : listing)) {
      routes.put(route.path("dst").asText(), route.path("gateway").asText());
    }
  }

  /** Adds what {@code nft -j list set} printed. */
  static void addElements(String listing, Set<String> elements) {
    for (JsonNode object : tree(listing).path("nftables")) {
      for (JsonNode element : object.path("set").path("elem")) {
        JsonNode prefix = element.path("prefix");
        elements.add(
            prefix.isMissingNode()
                ? element.toString()
                : prefix.path("addr").asText() + "/" + prefix.path("len").asInt());
      }
    }
  }

  /** How many rules {@code nft -j list chain} printed. */
  static int rules(String listing) {
    int rules = 0;
    for (JsonNode object : tree(listing).path("nftables")) {
      rules += object.has("rule") ? 1 : 0;
    }
    return rules;
  }

  private static JsonNode tree(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException notJson) {
      throw new AssertionError("not JSON: " + json, notJson);
    }
  }

  /**
   * Fails unless this is all that was expected and nothing else.
   *
   * @throws AssertionError with one of the differences of each kind
   */
  void require(KernelState expected) {
    StringBuilder wrong = new StringBuilder();
    differ("routes", routes.entrySet(), expected.routes.entrySet(), wrong);
    differ("elements", unmasqueraded, expected.unmasqueraded, wrong);
    if (rules != expected.rules) {
      wrong.append(rules + " rules instead of " + expected.rules + "\n");
    }
    if (!wrong.isEmpty()) {
      throw new AssertionError("the kernel has not what belongs there:\n" + wrong);
    }
  }

  private static <T> void differ(
      String what, Set<T> present, Set<T> expected, StringBuilder wrong) {
    describe(what + " missing", expected, present, wrong);
    describe(what + " too many", present, expected, wrong);
  }

  private static <T> void describe(String what, Set<T> one, Set<T> other, StringBuilder wrong) {
    long count = one.stream().filter(element -> !other.contains(element)).count();
    one.stream()
        .filter(element -> !other.contains(element))
        .findFirst()
        .ifPresent(first -> wrong.append(count + " " + what + ", such as " + first + "\n"));
  }
}
