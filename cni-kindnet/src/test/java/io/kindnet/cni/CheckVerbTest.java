package io.kindnet.cni;

import static io.kindnet.cni.CniNode.error;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CHECK finds whatever is not as ADD left it. */
@NetworkNamespaces
class CheckVerbTest {
  private final Namespace host;
  private final Namespace pod;

  @TempDir private Path dataDir;
  private CniNode node;

  CheckVerbTest(Namespace host, Namespace pod) {
    this.host = host;
    this.pod = pod;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() {
    node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.4.0", "1.0.0", "1.1.0"})
  void isContentAfterAdd(String version) {
    node.config().put("cniVersion", version);
    JsonNode result = node.withHostPort(80, 8080, "tcp").add("abc", pod);

    assertThat(node.check("abc", pod, result)).isEqualTo(new Reply(0, ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "link set eth0 down | interface eth0 is down in the pod",
        "link set eth0 down; link set eth0 name eth9 | interface eth0 is gone from the pod",
        "link set eth0 address 02:00:00:00:00:01 | interface eth0 has the MAC address 02:00:00:00:",
        "addr del POD4/32 dev eth0 | interface eth0 lacks POD4/32, which prevResult lists",
        "addr del POD6/128 dev eth0 | interface eth0 lacks POD6/128, which prevResult lists",
        "route del default | the pod has lost the route 0.0.0.0/0 via GATEWAY4",
        "-6 route del default | the pod has lost the route ::/0 via GATEWAY6",
      })
  void findsDamageInThePod(String damage, String message) {
    JsonNode result = node.add("abc", pod);
    for (String command : fill(damage, result).split("; ")) {
      pod.run(("ip " + command).split(" "));
    }

    assertFound(result, fill(message, result));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "link set KNET down | host interface KNET is down",
        "link del KNET | host interface KNET is gone",
        "addr del GATEWAY4/32 dev KNET | host interface KNET has lost the gateway address GATEWAY4",
        "addr del GATEWAY6/128 dev KNET | host interface KNET has lost the gateway address GATEWAY6",
        "route del POD4 | the host has no route to POD4 through KNET",
        "-6 route del POD6 | the host has no route to POD6 through KNET",
      })
  void findsDamageOnTheHost(String damage, String message) {
    JsonNode result = node.add("abc", pod);
    host.run(("ip " + fill(damage, result)).split(" "));

    assertFound(result, fill(message, result));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ip link set KNET nomaster | host interface KNET is no longer a port of bridge cni0",
        "ip link set KNET type bridge_slave hairpin off | host interface KNET has lost its hairpin",
        "ip link set cni0 down | bridge cni0 is down",
        "ip link del cni0 | bridge cni0 is gone",
        "ip addr del GATEWAY4/24 dev cni0 | bridge cni0 has lost the gateway address GATEWAY4",
      })
  void findsDamageAtTheBridge(String damage, String message) {
    node.config().put("bridge", "cni0");
    JsonNode result = node.add("abc", pod);
    assertThat(node.check("abc", pod, result)).isEqualTo(new Reply(0, ""));
    host.run(fill(damage, result).split(" "));

    assertFound(result, fill(message, result));
  }

  @Test
  void findsHostPortsThatAreGone() {
    JsonNode result = node.withHostPort(80, 8080, "tcp").add("abc", pod);
    node.hostPorts().restore(List.of());

    assertFound(result, "host port 80/tcp on 0.0.0.0 to");
  }

  @Test
  void findsThatTheDatabaseHasForgotten() throws CniException {
    JsonNode result = node.add("abc", pod);
    try (Store store = node.store()) {
      store.pods().delete(store.pods().all().getFirst());
    }

    assertFound(result, "the database has no container abc interface eth0");
  }

  @Test
  void findsThatTheResultIsOfAnotherPod(Namespace second) {
    JsonNode result = node.add("abc", pod);
    JsonNode other = node.add("abd", second);

    JsonNode error = error(node.check("abc", pod, other));

    assertThat(error.path("msg").asText())
        .contains(fill("prevResult does not list the pod's address POD4", result))
        .contains(fill("interface eth0 lacks POD4/32, which prevResult lists", other));
  }

  @Test
  void namesAllThatIsDifferent() {
    JsonNode result = node.add("abc", pod);
    pod.run("ip", "route", "flush", "table", "main");
    pod.run("ip", "addr", "flush", "dev", "eth0", "scope", "global");

    assertThat(error(node.check("abc", pod, result)).path("msg").asText().split("; "))
        .hasSizeGreaterThanOrEqualTo(3);
  }

  @Test
  void allowsALaterPluginToAddRoutes() {
    ObjectNode result = (ObjectNode) node.add("abc", pod);
    pod.run("ip", "route", "add", "198.51.100.0/24", "via", result.at("/ips/0/gateway").asText());
    result
        .withArray("routes")
        .addObject()
        .put("dst", "198.51.100.0/24")
        .put("gw", result.at("/ips/0/gateway").asText());
    result.withArray("interfaces").addObject().put("name", "ifb0");

    assertThat(node.check("abc", pod, result)).isEqualTo(new Reply(0, ""));
  }

  private void assertFound(JsonNode result, String message) {
    JsonNode error = error(node.check("abc", pod, result));

    assertThat(error.path("code").asInt()).isEqualTo(103);
    assertThat(error.path("msg").asText()).contains(message);
  }

  private static String fill(String text, JsonNode result) {
    ConnectedPod wired = new ConnectedPod(result);
    return text.replace("KNET", wired.knet)
        .replace("POD4", wired.pod4)
        .replace("POD6", wired.pod6)
        .replace("GATEWAY4", wired.gateway4)
        .replace("GATEWAY6", wired.gateway6);
  }
}
