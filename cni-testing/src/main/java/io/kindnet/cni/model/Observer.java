package io.kindnet.cni.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kindnet.netlink.testing.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads what is on a node into lines, as {@link NodeModel} writes them: with {@code ip}, {@code
 * nft} and SQL, in one process for all but the last.
 */
final class Observer {
  /** A JSON text with the path of a namespace comes before what was found in it. */
  private static final String SCRIPT =
      """
      for netns; do
        echo "\\"$netns\\""
        printf 'addr show\\nroute show table all\\n' | nsenter --net="$netns" ip -j -d -batch -
      done
      nft -j list ruleset
      """;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Namespace host;
  private final Path database;

  Observer(Namespace host, Path database) {
    this.host = host;
    this.database = database;
  }

  /** All lines, those of pods in the namespaces {@code pods} included. */
  Set<String> observe(Collection<Namespace> pods) {
    Set<String> lines = new TreeSet<>(Rows.read(database));
    List<String> command = new ArrayList<>(List.of("sh", "-c", SCRIPT, "sh"));
    command.add(host.path().toString());
    pods.forEach(pod -> command.add(pod.path().toString()));
    String netns = "";
    try (MappingIterator<JsonNode> documents =
        JSON.readerFor(JsonNode.class).readValues(host.run(command.toArray(String[]::new)))) {
      while (documents.hasNext()) {
        JsonNode document = documents.next();
        if (document.isTextual()) {
          netns = document.asText();
        } else if (document.has("nftables")) {
          lines.addAll(NftLines.of(document.path("nftables")));
        } else {
          for (JsonNode entry : document) {
            addEntry(lines, netns, entry);
          }
        }
      }
    } catch (IOException notJson) {
      throw new UncheckedIOException(notJson);
    }
    return lines;
  }

  private void addEntry(Set<String> lines, String netns, JsonNode entry) {
    boolean onHost = netns.equals(host.path().toString());
    String prefix = onHost ? "" : netns + " ";
    if (!entry.has("addr_info")) {
      addRoute(lines, prefix, onHost, entry);
      return;
    }
    String kind = entry.at("/linkinfo/info_kind").asText();
    String name = entry.path("ifname").asText();
    boolean isOurs =
        onHost ? name.startsWith("knet") || kind.equals("bridge") : kind.equals("veth");
    if (!isOurs) {
      return;
    }
    lines.add(
        prefix
            + (kind.equals("bridge")
                ? Lines.bridge(name)
                : Lines.link(
                    name,
                    entry.path("address").asText(),
                    entry.path("mtu").asInt(),
                    entry.path("ifalias").asText(),
                    entry.path("master").asText())));
    if (!entry.path("flags").toString().contains("\"UP\"")) {
      lines.add(prefix + "down " + name);
    }
    for (JsonNode address : entry.path("addr_info")) {
      if (!address.path("scope").asText().equals("link")) {
        lines.add(
            prefix
                + Lines.address(
                    name, address.path("local").asText(), address.path("prefixlen").asInt()));
      }
    }
  }

  /** Those that the kernel makes by itself, for addresses, are passed over. */
  private static void addRoute(Set<String> lines, String prefix, boolean onHost, JsonNode route) {
    String protocol = route.path("protocol").asText();
    String device = route.path("dev").asText();
    if (onHost && route.path("dst").asText().equals("::1") && !device.equals("lo")) {
      lines.add(Lines.loopbackRoute(device));
    }
    boolean isOurs = onHost ? protocol.equals("107") : !protocol.equals("kernel");
    if (isOurs && route.path("table").asText().equals("main")) {
      lines.add(
          prefix
              + Lines.route(
                  route.path("dst").asText(),
                  route.path("gateway").asText(),
                  device,
                  route.path("prefsrc").asText()));
    }
  }
}
