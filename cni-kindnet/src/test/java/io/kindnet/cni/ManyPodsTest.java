package io.kindnet.cni;

import static io.kindnet.cni.CniNode.error;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.cni.model.NodeState;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.PortRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import io.kindnet.netlink.testing.Transport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A large node that starts all its pods at once, some of which cannot be. */
@NetworkNamespaces
class ManyPodsTest {
  private static final int PODS = 300;

  /** Of each kind of call that must fail. */
  private static final int FAILURES = 15;

  private static final int HELD_PORT = 29_999;
  private static final int FIRST_PORT = 30_000;

  private final Namespace host;
  private final Namespace holder;

  @TempDir private Path dataDir;
  private List<Namespace> pods = List.of();
  private List<Namespace> occupied = List.of();
  private CniNode node;

  ManyPodsTest(Namespace host, Namespace holder) {
    this.host = host;
    this.holder = holder;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() throws Exception {
    host.loopbackUp();
    node = new CniNode(host, dataDir, "10.244.0.0/22", "fd00:10:244:1::/64").withRealRules();
    pods = ConcurrentWork.times(PODS, number -> Namespace.create("pod" + number));
    occupied = ConcurrentWork.times(FAILURES, number -> Namespace.create("occupied" + number));
    ConcurrentWork.times(
        FAILURES,
        number -> occupied.get(number).run("ip", "link", "add", "eth0", "type", "bridge"));
  }

  @AfterEach
  void removePods() throws Exception {
    ConcurrentWork.times(pods.size(), number -> close(pods.get(number)));
    ConcurrentWork.times(occupied.size(), number -> close(occupied.get(number)));
  }

  @Test
  void loseNothing() throws Exception {
    assertThat(add("holder", holder, HELD_PORT).exitCode()).isZero();
    NodeState before = NodeState.of(node.namespace(), node.database());
    List<Callable<Reply>> calls = new ArrayList<>();
    for (int pod = 0; pod < PODS; pod++) {
      int number = pod;
      calls.add(() -> add("pod" + number, pods.get(number), FIRST_PORT + number));
    }
    addFailing(calls);

    List<Reply> replies = ConcurrentWork.all(calls);

    List<JsonNode> results = new ArrayList<>();
    for (int pod = 0; pod < PODS; pod++) {
      assertThat(replies.get(pod).exitCode()).as(replies.get(pod).document()).isZero();
      results.add(CniNode.parse(replies.get(pod).document()));
    }
    assertFailed(replies.subList(PODS, replies.size()));
    assertAddressesAreDistinct(results);
    assertHostPortsLeadToTheirPods(results);
    assertTraffic(0, results);
    assertTraffic(PODS - 1, results);

    calls.clear();
    for (int pod = 0; pod < PODS; pod++) {
      int number = pod;
      calls.add(() -> del("pod" + number, pods.get(number)));
    }
    addFailing(calls);

    replies = ConcurrentWork.all(calls);

    assertThat(replies.subList(0, PODS)).containsOnly(new Reply(0, ""));
    assertFailed(replies.subList(PODS, replies.size()));
    assertThat(NodeState.of(node.namespace(), node.database())).isEqualTo(before);
  }

  /** Calls that fail for one of three reasons, in turn. */
  private void addFailing(List<Callable<Reply>> calls) {
    for (int i = 0; i < FAILURES; i++) {
      int number = i;
      calls.add(() -> add("taken" + number, occupied.get(number), FIRST_PORT + PODS + number));
      calls.add(() -> add("held" + number, pods.get(number), "net1", HELD_PORT));
      calls.add(() ->
          node.call("ADD", "gone" + number, "/run/netns/gone", "eth0", config(FIRST_PORT - 2)));
    }
  }

  private static void assertFailed(List<Reply> replies) {
    for (int i = 0; i < replies.size(); i += 3) {
      assertThat(message(replies.get(i))).contains("interface eth0 already exists");
      assertThat(message(replies.get(i + 1)))
          .contains("host port 29999/tcp on ", "is held by pod default/holder (container holder)");
      assertThat(message(replies.get(i + 2))).contains("is not a network namespace");
    }
  }

  private static void assertAddressesAreDistinct(List<JsonNode> results) {
    Set<String> addresses = new HashSet<>();
    results.forEach(result -> addresses.addAll(addresses(result)));
    assertThat(addresses).hasSize(2 * PODS);
  }

  private void assertHostPortsLeadToTheirPods(List<JsonNode> results) throws CniException {
    String rules = Nft.table(host, "inet", "cni-kindnet");
    for (int pod = 0; pod < PODS; pod++) {
      String port = "tcp . " + (FIRST_PORT + pod) + " : ";
      List<String> addresses = addresses(results.get(pod));
      assertThat(rules)
          .contains(port + addresses.get(0) + " . 8080")
          .contains(port + addresses.get(1) + " . 8080");
    }
    assertThat(rules.split("tcp \\. ", -1)).hasSize(1 + 2 * PODS + 2);
    try (Store store = node.store()) {
      List<PortRow> rows = new ArrayList<>(store.ports().all());
      rows.removeIf(row -> row.podKey().equals("holder"));
      assertThat(rows).hasSize(2 * PODS);
      for (PortRow row : rows) {
        int pod = row.port().hostPort() - FIRST_PORT;
        assertThat(row.podKey()).isEqualTo("pod" + pod);
        assertThat(addresses(results.get(pod)))
            .contains(IpAddresses.format(row.port().containerIp()));
      }
    }
  }

  private void assertTraffic(int pod, List<JsonNode> results) {
    JsonNode result = results.get(pod);
    EchoPeer server = EchoPeer.in(pods.get(pod), "pod" + pod);
    EchoPeer client = EchoPeer.in(host, "host");
    for (int family = 0; family < 2; family++) {
      server.listen(Transport.TCP, addresses(result).get(family), 8080);
      String gateway = result.at("/ips/" + family + "/gateway").asText();
      assertThat(client.ask(EchoRequest.tcp(gateway, FIRST_PORT + pod)).server())
          .isEqualTo("pod" + pod);
    }
  }

  private Reply add(String containerId, Namespace pod, int hostPort) {
    return add(containerId, pod, "eth0", hostPort);
  }

  private Reply add(String containerId, Namespace pod, String interfaceName, int hostPort) {
    return node.call("ADD", containerId, pod.path().toString(), interfaceName, config(hostPort));
  }

  private Reply del(String containerId, Namespace pod) {
    return node.call("DEL", containerId, pod.path().toString(), "eth0", node.config());
  }

  private ObjectNode config(int hostPort) {
    ObjectNode config = node.config().deepCopy();
    config
        .withObject("runtimeConfig")
        .withArray("portMappings")
        .addObject()
        .put("hostPort", hostPort)
        .put("containerPort", 8080)
        .put("protocol", "tcp");
    return config;
  }

  private static List<String> addresses(JsonNode result) {
    List<String> addresses = new ArrayList<>();
    for (JsonNode ip : result.path("ips")) {
      addresses.add(ip.path("address").asText().replaceFirst("/.*", ""));
    }
    return addresses;
  }

  private static String message(Reply reply) {
    return error(reply).path("msg").asText();
  }

  private static Namespace close(Namespace pod) {
    pod.close();
    return pod;
  }
}
