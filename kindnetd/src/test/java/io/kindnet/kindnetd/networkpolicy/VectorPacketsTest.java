package io.kindnet.kindnetd.networkpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.cluster.Labels;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.networkpolicy.PacketWire.Packet;
import io.kindnet.kindnetd.networkpolicy.evaluator.ClusterJson;
import io.kindnet.kindnetd.networkpolicy.evaluator.ClusterState;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Resources;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The packets of table tests of kube-network-policies (see {@code evaluator.VectorsTest}) in the
 * kernel, on a node that has all the pods.
 */
@NetworkNamespaces
class VectorPacketsTest {
  private static final int ICMP = 1;

  private final Namespace node;
  private final PacketWire wire;

  VectorPacketsTest(Namespace source, Namespace node, Namespace sink) {
    this.node = node;
    this.wire = new PacketWire(source, node, sink);
  }

  @AfterEach
  void close() {
    wire.close();
  }

  private static List<JsonNode> rows(String table) throws IOException {
    String text = Resources.text(VectorPacketsTest.class, "evaluator/" + table + ".json");
    List<JsonNode> rows = new ArrayList<>();
    // 65535 is what the API server takes for the nearest
    new ObjectMapper()
        .readTree(text.replaceAll("\"endPort\": ?65537", "\"endPort\":65535"))
        .path("rows")
        .forEach(rows::add);
    return rows;
  }

  @Test
  void networkPolicies() throws IOException {
    List<JsonNode> rows = rows("networkpolicy-sync-packet");
    assertThat(rows).hasSize(20);
    for (JsonNode row : rows) {
      String expected =
          row.path("expectByApi")
              .asText(row.path("expectAsServed").asText(row.path("expect").asText()));
      assertVerdict(row, ClusterJson.state(row), expected);
    }
  }

  @Test
  void clusterNetworkPolicies() throws IOException {
    List<JsonNode> rows = rows("npa-v1alpha2-cluster");
    assertThat(rows).hasSize(6);
    for (JsonNode row : rows) {
      ClusterState state = ClusterJson.state(row);
      assertVerdict(row, state, row.path("goVerdictBothTiers").asText());
      assertVerdict(row, only(state, Tier.ADMIN), row.path("expectAdminTier").asText());
      assertVerdict(row, only(state, Tier.BASELINE), row.path("expectBaselineTier").asText());
    }
  }

  private static ClusterState only(ClusterState state, Tier tier) {
    List<Policy> policies =
        state.policies().stream().filter(policy -> policy.tier() == tier).toList();
    return new ClusterState(
        policies, state.namespaces(), state.pods(), state.nodes(), state.hostAddresses());
  }

  private void assertVerdict(JsonNode row, ClusterState state, String expected) {
    Map<String, Labels> namespaces = new HashMap<>();
    state.namespaces().forEach((name, namespace) -> namespaces.put(name, namespace.labels()));
    List<ClusterPod> pods = state.pods().stream().map(VectorPacketsTest::ofThisNode).toList();
    try (PolicyFixture fixture = new PolicyFixture(node)) {
      fixture.show(new Scenario(namespaces, state.nodes(), pods, state.policies()));
      fixture.listed();
      fixture.reconcile(Pass.KERNEL);
      Set<Integer> arrivals = wire.steadyArrivals(List.of(packet(row.path("packet"))));
      assertThat(arrivals.isEmpty() ? "deny" : "allow")
          .as(row.path("name").asText())
          .isEqualTo(expected);
    }
  }

  private static ClusterPod ofThisNode(ClusterPod pod) {
    return new ClusterPod(
        pod.namespace(),
        pod.name(),
        pod.labels(),
        pod.addresses(),
        PolicyFixture.NODE,
        pod.phase(),
        pod.ports(),
        pod.hostNetwork());
  }

  private static Packet packet(JsonNode packet) {
    InetAddress source = IpAddresses.parse(packet.path("sourceIp").asText());
    InetAddress destination = IpAddresses.parse(packet.path("destinationIp").asText());
    TransportProtocol protocol = TransportProtocol.named(packet.path("protocol").asText());
    int number = protocol == null ? ICMP : protocol.number();
    return new Packet(source, destination, number, packet.path("destinationPort").asInt());
  }
}
