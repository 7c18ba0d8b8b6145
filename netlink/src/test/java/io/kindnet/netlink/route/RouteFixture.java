package io.kindnet.netlink.route;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import java.math.BigInteger;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What tests of this package need of the kernel and of {@code ip}. */
final class RouteFixture {
  /** For {@code ip -batch}: eth0 and eth1, up, each with a network of its own in both families. */
  static final String TWO_NETWORKS =
      """
      link add name eth0 type veth peer name peer0
      link add name eth1 type veth peer name peer1
      link set eth0 up
      link set peer0 up
      link set eth1 up
      link set peer1 up
      addr add 192.168.0.1/24 dev eth0
      addr add 192.168.1.1/24 dev eth1
      addr add fd00::1/64 dev eth0 nodad
      addr add fd00:0:0:1::1/64 dev eth1 nodad
      """;

  static final IpPrefix DEFAULT_V4 = IpPrefix.parse("0.0.0.0/0");

  private static final ObjectMapper JSON = new ObjectMapper();

  private RouteFixture() {}

  static RouteSocket open(Namespace namespace) {
    try (NetworkNamespace handle = handle(namespace)) {
      return RouteSocket.open(handle);
    }
  }

  static NetworkNamespace handle(Namespace namespace) {
    return NetworkNamespace.open(namespace.path().toString());
  }

  /** Carries out {@link #TWO_NETWORKS} and waits until the addresses answer. */
  static void makeTwoNetworks(Namespace namespace, RouteSocket rt) {
    Ip.batch(namespace, TWO_NETWORKS);
    for (Address address : rt.addresses().list()) {
      if (!address.address().isLinkLocalAddress()) {
        rt.addresses().awaitUsable(address, Duration.ofSeconds(30));
      }
    }
  }

  /** One dual-stack node behind each of {@code count} routes, through {@link #TWO_NETWORKS}. */
  static List<Route> routesToNodes(int count) {
    List<Route> routes = new ArrayList<>();
    for (int node = 0; node < count; node++) {
      BigInteger number = BigInteger.valueOf(node);
      InetAddress v4 = IpAddresses.plus(IpAddresses.parse("10.0.0.0"), number.shiftLeft(8));
      InetAddress v6 = IpAddresses.plus(IpAddresses.parse("fd01::"), number.shiftLeft(64));
      routes.add(nodeRoute(new IpPrefix(v4, 24), "192.168.0.2"));
      routes.add(nodeRoute(new IpPrefix(v6, 64), "fd00::2"));
    }
    return routes;
  }

  private static Route nodeRoute(IpPrefix prefix, String gateway) {
    return Route.via(prefix, NextHop.via(IpAddresses.parse(gateway))).withProtocol(201);
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
