package io.kindnet.cni;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.netlink.testing.Namespace;
import java.util.ArrayList;
import java.util.List;

/**
 * A pod with an interface, and its node: what {@code ip} shows, with the names and addresses that
 * differ from run to run replaced by words.
 */
final class ConnectedPod {
  final String knet;
  final String pod4;
  final String pod6;
  final String gateway4;
  final String gateway6;

  /** The pod of this result in the form of 0.3.0 or later; both families. */
  ConnectedPod(JsonNode result) {
    knet =
        result.path("interfaces").path(result.path("interfaces").size() - 2).path("name").asText();
    pod4 = bare(result.at("/ips/0/address").asText());
    pod6 = bare(result.at("/ips/1/address").asText());
    gateway4 = result.at("/ips/0/gateway").asText();
    gateway6 = result.at("/ips/1/gateway").asText();
  }

  /** Links that are up or in use, with their addresses; then routes, IPv4 first. */
  String describe(Namespace namespace) {
    String links = namespace.run("ip", "-br", "addr");
    String routes = namespace.run("ip", "-4", "route") + namespace.run("ip", "-6", "route");
    // the kernel says late that a new link works
    links = links.replaceAll("(?m)^((?!lo )\\S+ +)UNKNOWN", "$1UP");
    List<String> lines = new ArrayList<>();
    for (String line : (links + routes).lines().toList()) {
      String normalized = normalize(line.strip().replaceAll(" +", " "));
      if (!normalized.equals("lo DOWN")) {
        lines.add(normalized);
      }
    }
    sortLinkLocal(lines);
    return String.join("\n", lines) + "\n";
  }

  /**
   * Routes to one destination, through one link each, which kernels list in orders of their own.
   */
  private static void sortLinkLocal(List<String> lines) {
    int first = 0;
    while (first < lines.size() && !lines.get(first).startsWith("fe80::/64 ")) {
      first++;
    }
    int end = first;
    while (end < lines.size() && lines.get(end).startsWith("fe80::/64 ")) {
      end++;
    }
    lines.subList(first, end).sort(null);
  }

  String normalize(String text) {
    return text.replaceAll("@if\\d+", "")
        .replaceAll("(?<=\\W)fe80:[0-9a-f:]{2,}(?=/64)(?!::/)", "LINKLOCAL")
        .replaceAll("(..:){5}[0-9a-f]{2}", "MAC")
        .replaceAll("/run/netns/[^\"]*", "NETNS")
        .replaceAll("(?<![0-9a-f:.])" + pod6 + "(?![0-9a-f:])", "POD6")
        .replaceAll("(?<![0-9a-f:.])" + gateway6 + "(?![0-9a-f:])", "GATEWAY6")
        .replaceAll("\\b" + pod4 + "\\b", "POD4")
        .replaceAll("\\b" + gateway4 + "\\b", "GATEWAY4")
        .replace(knet, "KNET");
  }

  private static String bare(String cidr) {
    return cidr.substring(0, Math.max(0, cidr.indexOf('/')));
  }
}
