package io.kindnet.kindnetd.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.testing.Resources;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map.Entry;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class NodeReaderTest {
  private static final String KUBELETS = Resources.text(NodeReaderTest.class, "node.json");
  private static final ClusterNode KUBELETS_NODE =
      new ClusterNode(
          "worker-1",
          "2026-01-01T00:00:00Z",
          List.of(IpPrefix.parse("10.244.1.0/24"), IpPrefix.parse("fd00:10:244:1::/64")),
          List.of(IpAddresses.parse("192.0.2.11"), IpAddresses.parse("2001:db8::11")),
          "kind://podman/kind/worker-1");

  private final ObjectMapper mapper = new ObjectMapper();
  private final List<String> leftOut = new ArrayList<>();

  /** What is behind the object must still be there, as the next event of a watch is. */
  private static NodeObject read(String json) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(json + " \"behind\"")) {
      parser.nextToken();
      NodeObject read = new NodeReader().read(parser);
      assertThat(parser.nextTextValue()).as(json).isEqualTo("behind");
      return read;
    }
  }

  private ClusterNode node(String json) throws IOException {
    return read(json).toClusterNode(leftOut::add);
  }

  @Test
  void readsANodeAsAKubeletAndTheServerWriteIt() throws IOException {
    assertThat(node(KUBELETS)).isEqualTo(KUBELETS_NODE);
    assertThat(read(KUBELETS).version()).isEqualTo("4711");
    assertThat(read(KUBELETS).networkAvailable()).isTrue();
    String unavailable =
        KUBELETS.replace(
            "\"type\": \"NetworkUnavailable\",\n        \"status\": \"False\"",
            "\"type\": \"NetworkUnavailable\",\n        \"status\": \"True\"");
    assertThat(unavailable).isNotEqualTo(KUBELETS);
    assertThat(read(unavailable).networkAvailable()).isFalse();
    assertThat(leftOut).isEmpty();
  }

  @Test
  void readsItInAnyOrderOfFields() throws IOException {
    String reversed = reversed(mapper.readTree(KUBELETS)).toString();
    assertThat(reversed).contains("\"worker-1\"").doesNotStartWith("{\"kind\"");
    assertThat(read(reversed)).isEqualTo(read(KUBELETS));
  }

  private JsonNode reversed(JsonNode value) {
    if (value instanceof ArrayNode array) {
      ArrayNode copy = mapper.createArrayNode();
      array.forEach(element -> copy.add(reversed(element)));
      return copy;
    }
    if (!value.isObject()) {
      return value;
    }
    ObjectNode copy = mapper.createObjectNode();
    for (Entry<String, JsonNode> field : List.copyOf(value.properties()).reversed()) {
      copy.set(field.getKey(), reversed(field.getValue()));
    }
    return copy;
  }

  /** Each field of the Node in turn is null, a number, a text, a list or an object. */
  @Test
  void failsOnNothingThatAFieldMayHoldInstead() throws IOException {
    for (String pointer : pointers(mapper.readTree(KUBELETS), "")) {
      for (String other : List.of("null", "1.5", "true", "\"text\"", "[[],{}]", "{\"a\":[{}]}")) {
        ObjectNode node = mapper.readValue(KUBELETS, ObjectNode.class);
        int slash = pointer.lastIndexOf('/');
        ObjectNode holder = (ObjectNode) node.at(pointer.substring(0, slash));
        holder.set(pointer.substring(slash + 1), mapper.readTree(other));
        read(node.toString());
      }
    }
  }

  private static List<String> pointers(JsonNode value, String prefix) {
    List<String> pointers = new ArrayList<>();
    for (Entry<String, JsonNode> field : value.properties()) {
      String pointer = prefix + "/" + field.getKey();
      if (field.getKey().indexOf('/') < 0) {
        pointers.add(pointer);
        pointers.addAll(pointers(field.getValue(), pointer));
      }
    }
    for (int index = 0; value.isArray() && index < value.size(); index++) {
      pointers.addAll(pointers(Objects.requireNonNull(value.get(index)), prefix + "/" + index));
    }
    return pointers;
  }

  @Test
  void takesTheOldFieldWhereTheNewOneIsEmpty() throws IOException {
    assertThat(node("{\"spec\":{\"podCIDR\":\"10.244.1.0/24\",\"podCIDRs\":[]}}").podCidrs())
        .containsExactly(IpPrefix.parse("10.244.1.0/24"));
  }

  @Test
  void takesTheFirstInternalAddressOfEachFamilyElseTheFirstExternalOne() throws IOException {
    ClusterNode node =
        node(
            """
            {"status": {"addresses": [
              {"type": "Hostname", "address": "a.example.org"},
              {"type": "ExternalIP", "address": "2001:db8::1"},
              {"type": "ExternalIP", "address": "2001:db8::2"},
              {"type": "ExternalIP", "address": "198.51.100.1"},
              {"address": "192.0.2.1", "type": "InternalIP"},
              {"type": "InternalIP", "address": "192.0.2.2"}]}}
            """);
    assertThat(node.addresses())
        .containsExactly(IpAddresses.parse("192.0.2.1"), IpAddresses.parse("2001:db8::1"));
    assertThat(node.address(AddressFamily.IPV6)).contains(IpAddresses.parse("2001:db8::1"));
    assertThat(leftOut).isEmpty();
  }

  @Test
  void leavesOutWhatIsNoAddressAndNoCidrAndSaysSo() throws IOException {
    ClusterNode node =
        node(
            """
            {"spec": {"podCIDRs": ["10.244.1.0/24", "none"]}, "status": {"addresses": [
              {"type": "InternalIP", "address": "node-a"}, {"type": "InternalIP", "address": "192.0.2.1"}]}}
            """);
    assertThat(node.podCidrs()).containsExactly(IpPrefix.parse("10.244.1.0/24"));
    assertThat(node.addresses()).containsExactly(IpAddresses.parse("192.0.2.1"));
    assertThat(leftOut).hasSize(2).first().asString().contains("pod CIDR left out", "'none'");
    assertThat(leftOut.getLast()).contains("address left out", "'node-a'");
  }

  @Test
  void takesANodeThatHasNothingYet() throws IOException {
    assertThat(node("{\"metadata\":{\"name\":\"a\"}}"))
        .isEqualTo(new ClusterNode("a", "", List.of(), List.of(), ""));
    assertThat(read("{\"metadata\":{\"name\":\"a\"},\"spec\":{},\"status\":{}}").networkAvailable())
        .isFalse();
  }

  @Test
  void readsWhatAStatusSays() throws IOException {
    NodeObject read =
        read("{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"too old\",\"code\":410}");
    assertThat(read.code()).isEqualTo(410);
    assertThat(read.message()).isEqualTo("too old");
  }
}
