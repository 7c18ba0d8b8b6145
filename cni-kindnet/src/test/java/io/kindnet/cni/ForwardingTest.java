package io.kindnet.cni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hosts that forward nothing, or not everywhere, before or after their pods come. */
@NetworkNamespaces
class ForwardingTest {
  private final Namespace host;
  private final Namespace first;
  private final Namespace second;
  private final PodTraffic traffic;

  @TempDir private Path dataDir;

  ForwardingTest(Namespace host, Namespace outside, Namespace first, Namespace second) {
    this.host = host;
    this.first = first;
    this.second = second;
    this.traffic = new PodTraffic(host, outside, first, second);
  }

  @AfterEach
  void close() {
    traffic.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''   | ipv4/ip_forward=0 ipv6/conf/all/forwarding=0",
        "cni0 | ipv4/ip_forward=0 ipv6/conf/all/forwarding=0",
        "''   | ipv4/conf/default/forwarding=0 ipv6/conf/default/forwarding=0",
        "cni0 | ipv4/conf/default/forwarding=0 ipv6/conf/default/forwarding=0",
        "''   | ipv4/conf/eth0/forwarding=0 ipv6/conf/eth0/forwarding=0",
        "cni0 | ipv4/conf/eth0/forwarding=0 ipv6/conf/eth0/forwarding=0",
        "''   | ipv4/conf/lo/forwarding=0 ipv6/conf/all/forwarding=0",
      })
  void isSwitchedOnForPods(String bridge, String settings) {
    set("ipv4/ip_forward=1 ipv6/conf/all/forwarding=1");
    set(settings);
    CniNode node = node(bridge);

    JsonNode one = node.add("one", first);
    JsonNode other = node.add("other", second);

    assertThat(traffic.failures(one, other)).isEmpty();
    String carrier = bridge.isEmpty() ? one.at("/interfaces/0/name").asText() : bridge;
    assertThat(get("ipv4/conf/" + carrier + "/forwarding")).isEqualTo("1");
    assertThat(get("ipv6/conf/" + carrier + "/forwarding")).isEqualTo("1");
    assertThat(node.check("one", first, one)).isEqualTo(new Reply(0, ""));
  }

  /** 2 is on, too, and lets a router ask other routers. */
  @Test
  void staysAsItIsWhereItIsOn() {
    set("ipv4/ip_forward=2 ipv6/conf/all/forwarding=2 ipv6/conf/eth0/forwarding=2");

    JsonNode one = node("").add("one", first);
    JsonNode other = node("").add("other", second);

    assertThat(traffic.failures(one, other)).isEmpty();
    assertThat(get("ipv4/ip_forward")).isEqualTo("2");
    assertThat(get("ipv6/conf/all/forwarding")).isEqualTo("2");
    assertThat(get("ipv6/conf/eth0/forwarding")).isEqualTo("2");
  }

  @Test
  void isNobodysBusinessInAFamilyWithoutPods() {
    set("ipv4/ip_forward=0 ipv6/conf/all/forwarding=0");
    CniNode node = new CniNode(host, dataDir, PodTraffic.RANGE_V4);

    JsonNode one = node.add("one", first);
    JsonNode other = node.add("other", second);

    assertThat(traffic.failures(one, other)).isEmpty();
    assertThat(get("ipv6/conf/all/forwarding")).isEqualTo("0");
    assertThat(node.check("one", first, one)).isEqualTo(new Reply(0, ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "net.ipv4.ip_forward",
        "net.ipv6.conf.all.forwarding",
        "net.ipv4.conf.CARRIER.forwarding",
        "net.ipv6.conf.CARRIER.forwarding",
        "net.ipv4.conf.eth0.forwarding",
        "net.ipv6.conf.CARRIER.disable_ipv6=1",
        "net.ipv6.conf.CARRIER.accept_ra=2",
        "net.ipv4.conf.CARRIER.arp_ignore=8",
      })
  void isNamedByCheckOnceItIsOff(String setting) {
    for (String bridge : new String[] {"", "cni0"}) {
      CniNode node = node(bridge);
      JsonNode one = node.add("one", first);
      String carrier = bridge.isEmpty() ? one.at("/interfaces/0/name").asText() : bridge;
      String name = setting.replace("CARRIER", carrier).replaceFirst("=.*", "");
      String value = setting.contains("=") ? setting.replaceFirst(".*=", "") : "0";
      host.run("sysctl", "-q", "-w", name + "=" + value);

      assertThat(CniNode.error(node.check("one", first, one)).path("msg").asText())
          .contains(name + " is " + value);

      node.del("one", first);
      // the next pod brings it back for all
      JsonNode again = node.add("one", first);
      assertThat(node.check("one", first, again)).isEqualTo(new Reply(0, ""));
      node.del("one", first);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "net.ipv4.ip_forward",
        "net.ipv6.conf.all.forwarding",
        "net.ipv4.conf.eth0.forwarding"
      })
  void isNamedByStatusWhereItIsOffForPods(String name) {
    for (String bridge : new String[] {"", "cni0"}) {
      set("ipv4/ip_forward=0 ipv6/conf/all/forwarding=0");
      CniNode node = node(bridge);
      assertThat(status(node)).as("without pods").isEqualTo(new Reply(0, ""));
      node.add("one", first);
      assertThat(status(node)).isEqualTo(new Reply(0, ""));

      host.run("sysctl", "-q", "-w", name + "=0");

      JsonNode error = node.statusError();
      assertThat(error.path("code").asInt()).isEqualTo(51);
      assertThat(error.path("msg").asText()).contains(name + " is 0");
      node.del("one", first);
      assertThat(status(node)).as("without pods again").isEqualTo(new Reply(0, ""));
    }
  }

  @Test
  void isNobodysBusinessInStatusInAFamilyWithoutPods() {
    set("ipv4/ip_forward=0 ipv6/conf/all/forwarding=0");
    CniNode node = new CniNode(host, dataDir, PodTraffic.RANGE_V4);
    node.add("one", first);

    assertThat(get("ipv6/conf/all/forwarding")).isEqualTo("0");
    assertThat(status(node)).isEqualTo(new Reply(0, ""));
  }

  private static Reply status(CniNode node) {
    return node.call("STATUS", "", "", "", node.config());
  }

  private CniNode node(String bridge) {
    CniNode node = new CniNode(host, dataDir, PodTraffic.RANGE_V4, PodTraffic.RANGE_V6);
    node.config().put("bridge", bridge);
    return node;
  }

  private void set(String settings) {
    for (String setting : settings.split(" ")) {
      host.run("sysctl", "-q", "-w", "net/" + setting);
    }
  }

  private String get(String name) {
    return host.run("sysctl", "-n", "net/" + name).strip();
  }
}
