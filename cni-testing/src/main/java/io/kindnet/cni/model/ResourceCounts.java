package io.kindnet.cni.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kindnet.netlink.testing.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much there is on a node, whoever made it.
 *
 * @param links all links of the host
 * @param addresses all their addresses
 * @param routes all routes of all tables
 * @param policies all routing rules
 * @param rules all nftables rules
 * @param elements all elements of nftables sets and maps
 * @param flows all entries of connection tracking
 * @param files the files of the state directory
 * @param bytes their size together
 */
record ResourceCounts(
    long links,
    long addresses,
    long routes,
    long policies,
    long rules,
    long elements,
    long flows,
    long files,
    long bytes) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static ResourceCounts of(Namespace host, Path dataDir) {
    long rules = 0;
    long elements = 0;
    for (JsonNode entry : json(host, "nft", "-j", "list", "ruleset").path("nftables")) {
      rules += entry.has("rule") ? 1 : 0;
      elements += entry.at("/set/elem").size() + entry.at("/map/elem").size();
    }
    long files = 0;
    long bytes = 0;
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(dataDir)) {
      for (Path path : paths) {
        files++;
        bytes += Files.size(path);
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    return new ResourceCounts(
        lines(host, "ip", "-o", "link"),
        lines(host, "ip", "-o", "addr"),
        lines(host, "ip", "route", "show", "table", "all"),
        lines(host, "ip", "rule") + lines(host, "ip", "-6", "rule"),
        rules,
        elements,
        lines(host, "conntrack", "-L") + lines(host, "conntrack", "-L", "-f", "ipv6"),
        files,
        bytes);
  }

  private static long lines(Namespace host, String... command) {
    return host.run(command).lines().count();
  }

  private static JsonNode json(Namespace host, String... command) {
    try {
      return JSON.readTree(host.run(command));
    } catch (IOException notJson) {
      throw new UncheckedIOException(notJson);
    }
  }

  /** Whether there is as much of all that nobody but the plugin and its callers change. */
  boolean isLike(ResourceCounts other) {
    return links == other.links
        && addresses == other.addresses
        && routes == other.routes
        && policies == other.policies
        && rules == other.rules
        && elements == other.elements;
  }

  @Override
  public String toString() {
    return ("%d links, %d addresses, %d routes, %d policies, %d rules, %d elements, %d flows,"
            + " %d KiB in %d files")
        .formatted(links, addresses, routes, policies, rules, elements, flows, bytes >> 10, files);
  }
}
