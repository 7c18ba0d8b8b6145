package io.kindnet.cni.protocol;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a result in the form of any specification version; the form tells itself. */
final class CniResultReader {
  private final List<CniResult.Interface> interfaces = new ArrayList<>();
  private final List<CniResult.Ip> ips = new ArrayList<>();
  private final List<CniResult.Route> routes = new ArrayList<>();

  private CniResultReader() {}

  static CniResult read(JsonObject json) throws CniException {
    CniResultReader reader = new CniResultReader();
    reader.readFamily(json.object("ip4"));
    reader.readFamily(json.object("ip6"));
    for (JsonObject each : json.objects("interfaces")) {
      reader.interfaces.add(readInterface(each));
    }
    for (JsonObject ip : json.objects("ips")) {
      Long index = ip.integer("interface");
      reader.ips.add(readIp(ip, "address", index == null ? -1 : index.intValue()));
    }
    reader.readRoutes(json);
    return new CniResult(reader.interfaces, reader.ips, reader.routes, Dns.in(json));
  }

  /** {@code ip4} or {@code ip6}, as it was before 0.3.0. */
  private void readFamily(@Nullable JsonObject family) throws CniException {
    if (family != null) {
      ips.add(readIp(family, "ip", -1));
      readRoutes(family);
    }
  }

  private void readRoutes(JsonObject parent) throws CniException {
    for (JsonObject route : parent.objects("routes")) {
      routes.add(
          new CniResult.Route(
              readPrefix(route, "dst", route.string("dst")), readAddress(route, "gw")));
    }
  }

  private static CniResult.Interface readInterface(JsonObject json) throws CniException {
    Long mtu = json.integer("mtu");
    return new CniResult.Interface(
        json.string("name"),
        json.string("mac"),
        mtu == null ? 0 : mtu.intValue(),
        json.string("sandbox"));
  }

  private static CniResult.Ip readIp(JsonObject json, String key, int interfaceIndex)
      throws CniException {
    String cidr = json.string(key);
    int length = readPrefix(json, key, cidr).length();
    InetAddress address = IpAddresses.parse(cidr.substring(0, cidr.indexOf('/')));
    return new CniResult.Ip(interfaceIndex, address, length, readAddress(json, "gateway"));
  }

  private static IpPrefix readPrefix(JsonObject json, String key, String text) throws CniException {
    try {
      return IpPrefix.parse(text);
    } catch (IllegalArgumentException notCidr) {
      throw json.invalid(key, text, "it is not a CIDR");
    }
  }

  private static @Nullable InetAddress readAddress(JsonObject json, String key)
      throws CniException {
    String text = json.string(key);
    try {
      return text.isEmpty() ? null : IpAddresses.parse(text);
    } catch (IllegalArgumentException notAddress) {
      throw json.invalid(key, text, "it is not an IP address");
    }
  }
}
