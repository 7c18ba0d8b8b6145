package io.kindnet.netlink.route;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import java.util.List;

/** What tests of this package need of the kernel and of {@code ip}. */
final class Kernel {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Kernel() {}

  static RouteSocket open(Namespace namespace) {
    try (NetworkNamespace handle = handle(namespace)) {
      return RouteSocket.open(handle);
    }
  }

  static NetworkNamespace handle(Namespace namespace) {
    return NetworkNamespace.open(namespace.path().toString());
  }

  /** The output of {@code ip -j ARGUMENTS} as a tree. */
  static JsonNode ip(Namespace namespace, String... arguments) {
    try {
      return JSON.readTree(Ip.json(namespace, arguments));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  /** As {@link #ip}, as indented text without the fields that differ from one run to the next. */
  static String ipWithout(List<String> fields, Namespace namespace, String... arguments) {
    JsonNode tree = ip(namespace, arguments);
    remove(tree, fields);
    return tree.toPrettyString();
  }

  private static void remove(JsonNode node, List<String> fields) {
    if (node instanceof ObjectNode object) {
      object.remove(fields);
    }
    node.forEach(child -> remove(child, fields));
  }
}
