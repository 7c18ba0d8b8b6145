package io.kindnet.cni.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a result in the form of one specification version. */
public final class CniResultWriter {
  private final JsonGenerator json;
  private final CniVersion version;
  private final CniResult result;

  private CniResultWriter(JsonGenerator json, CniVersion version, CniResult result) {
    this.json = json;
    this.version = version;
    this.result = result;
  }

  /** The JSON of {@code result} as {@code version} has it. */
  public static String write(CniVersion version, CniResult result) {
    return JsonText.write(json -> new CniResultWriter(json, version, result).write());
  }

  private void write() throws IOException {
    json.writeStartObject();
    json.writeStringField("cniVersion", version.toString());
    if (version.isAtLeast(CniVersion.V0_3_0)) {
      writeInterfaces();
      writeIps();
      writeRoutes(result.routes());
    } else {
      writeFamily("ip4", AddressFamily.IPV4);
      writeFamily("ip6", AddressFamily.IPV6);
    }
    writeDns();
    json.writeEndObject();
  }

  private void writeInterfaces() throws IOException {
    json.writeArrayFieldStart("interfaces");
    for (CniResult.Interface each : result.interfaces()) {
      json.writeStartObject();
      json.writeStringField("name", each.name());
      writeUnlessEmpty("mac", each.mac());
      if (version.isAtLeast(CniVersion.V1_1_0) && each.mtu() != 0) {
        writeNumber("mtu", each.mtu());
      }
      writeUnlessEmpty("sandbox", each.sandbox());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void writeIps() throws IOException {
    json.writeArrayFieldStart("ips");
    for (CniResult.Ip ip : result.ips()) {
      json.writeStartObject();
      if (!version.isAtLeast(CniVersion.V1_0_0)) {
        boolean four = AddressFamily.of(ip.address()) == AddressFamily.IPV4;
        json.writeStringField("version", four ? "4" : "6");
      }
      if (ip.interfaceIndex() >= 0) {
        writeNumber("interface", ip.interfaceIndex());
      }
      json.writeStringField("address", ip.cidr());
      writeAddress("gateway", ip.gateway());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** As text: Jackson's way to write an {@code int} begins with a table of a thousand of them. */
  private void writeNumber(String name, int number) throws IOException {
    json.writeFieldName(name);
    json.writeNumber(String.valueOf(number));
  }

  private void writeRoutes(List<CniResult.Route> routes) throws IOException {
    json.writeArrayFieldStart("routes");
    for (CniResult.Route route : routes) {
      json.writeStartObject();
      json.writeStringField("dst", route.destination().toString());
      writeAddress("gw", route.gateway());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** Before 0.3.0 a result has one address of each family, with the routes of that family. */
  private void writeFamily(String key, AddressFamily family) throws IOException {
    for (CniResult.Ip ip : result.ips()) {
      if (AddressFamily.of(ip.address()) == family) {
        json.writeObjectFieldStart(key);
        json.writeStringField("ip", ip.cidr());
        writeAddress("gateway", ip.gateway());
        writeRoutes(routesOf(family));
        json.writeEndObject();
        return;
      }
    }
  }

  private List<CniResult.Route> routesOf(AddressFamily family) {
    List<CniResult.Route> routes = new ArrayList<>();
    for (CniResult.Route route : result.routes()) {
      if (route.destination().family() == family) {
        routes.add(route);
      }
    }
    return routes;
  }

  private void writeDns() throws IOException {
    Dns dns = result.dns();
    json.writeObjectFieldStart("dns");
    writeStrings("nameservers", dns.nameservers());
    writeUnlessEmpty("domain", dns.domain());
    writeStrings("search", dns.search());
    writeStrings("options", dns.options());
    json.writeEndObject();
  }

  private void writeStrings(String key, List<String> texts) throws IOException {
    if (!texts.isEmpty()) {
      json.writeArrayFieldStart(key);
      for (String text : texts) {
        json.writeString(text);
      }
      json.writeEndArray();
    }
  }

  private void writeUnlessEmpty(String key, String text) throws IOException {
    if (!text.isEmpty()) {
      json.writeStringField(key, text);
    }
  }

  private void writeAddress(String key, @Nullable InetAddress address) throws IOException {
    if (address != null) {
      json.writeStringField(key, IpAddresses.format(address));
    }
  }
}
