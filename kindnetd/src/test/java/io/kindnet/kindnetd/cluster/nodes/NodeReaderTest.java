package io.kindnet.kindnetd.cluster.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import io.kindnet.kindnetd.cluster.nodes.ClusterNode.LeftOutCidr;
import io.kindnet.kindnetd.kube.ApiException;
import io.kindnet.kindnetd.kube.ApiObjects;
import io.kindnet.kindnetd.kube.WatchEvent;
import io.kindnet.kube.testing.ApiProtobuf;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.testing.Resources;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Two files are what kube-apiserver 1.34 sent, other objects are made for their test. */
class NodeReaderTest {
  private static final byte[] NODE = Resources.hex(NodeReaderTest.class, "node.hex");
  private static final byte[] WATCH = Resources.hex(NodeReaderTest.class, "watch.hex");

  private final List<String> leftOut = new ArrayList<>();

  private static NodeObject read(byte[] envelope) throws IOException {
    NodeReader reader = new NodeReader("worker-1");
    List<NodeObject> read = new ArrayList<>();
    new ApiObjects(in -> read.add(reader.read(in)))
        .read(CodedInputStream.newInstance(new ByteArrayInputStream(envelope), 64));
    return read.getFirst();
  }

  private static NodeObject read(String json) throws IOException {
    return read(ApiProtobuf.object(json));
  }

  private ClusterNode node(String json) throws IOException {
    return read(json).toClusterNode(leftOut::add);
  }

  @Test
  void readsANodeAsTheServerSendsIt() throws IOException {
    NodeObject read = read(NODE);
    assertThat(read.toClusterNode(leftOut::add))
        .isEqualTo(
            new ClusterNode(
                "worker-1",
                "2026-11-22T11:22:42Z",
                List.of(IpPrefix.parse("10.244.1.0/24"), IpPrefix.parse("fd00:10:244:1::/64")),
                List.of(),
                List.of(IpAddresses.parse("192.0.2.11"), IpAddresses.parse("2001:db8::11")),
                "kind://podman/kind/worker-1"));
    assertThat(read.version()).isEqualTo("202");
    assertThat(read.networkAvailable()).isTrue();
    assertThat(leftOut).isEmpty();
    assertThat(
            read("{\"metadata\":{\"name\":\"worker-1\"},\"status\":{\"conditions\":[{\"type\":\"NetworkUnavailable\",\"status\":\"True\"}]}}")
                .networkAvailable())
        .isFalse();
  }

  @Test
  void readsTheEventsOfAWatchAsTheServerSendsThem() throws IOException {
    InputStream in = new ByteArrayInputStream(WATCH);
    WatchEvent<NodeObject> event = new WatchEvent<>("Nodes", new NodeReader("worker-1"));
    List<String> seen = new ArrayList<>();
    while (event.read(in)) {
      seen.add(event.type() + " " + event.object().name() + event.object().podCidrs());
    }
    assertThat(seen)
        .containsExactly(
            "ADDED worker-1[10.244.1.0/24, fd00:10:244:1::/64]",
            "MODIFIED worker-1[10.244.1.0/24, fd00:10:244:1::/64]",
            "DELETED worker-1[10.244.1.0/24, fd00:10:244:1::/64]",
            "BOOKMARK []");
  }

  /** Wherever it ends, and whichever byte is another: a reason, or a Node, and nothing hangs. */
  @Test
  void failsWithAReasonOnWhatIsNoNode() throws IOException {
    int emptyFields = 4; // with which the envelope ends
    for (int length = 0; length < NODE.length - emptyFields; length++) {
      byte[] begin = Arrays.copyOf(NODE, length);
      assertThatThrownBy(() -> read(begin)).as(length + " bytes").isInstanceOf(IOException.class);
    }
    Random random = new Random(1);
    for (int round = 0; round < 20_000; round++) {
      byte[] other = NODE.clone();
      other[random.nextInt(other.length)] = (byte) random.nextInt();
      try {
        read(other);
      } catch (IOException reason) {
        assertThat(reason.getMessage()).isNotBlank();
      }
    }
  }

  @Test
  void skipsFieldsOfLaterVersions() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(NODE);
    CodedOutputStream more = CodedOutputStream.newInstance(bytes);
    more.writeInt64(100, Long.MIN_VALUE);
    more.writeFixed32(101, 1);
    more.writeFixed64(102, 1);
    more.writeString(103, "later");
    more.writeBool(2, true); // of another type than it is now
    more.flush();
    assertThat(read(bytes.toByteArray())).isEqualTo(read(NODE));
  }

  @Test
  void takesTheOldFieldWhereTheNewOneIsEmpty() throws IOException {
    assertThat(node("{\"spec\":{\"podCIDR\":\"10.244.1.0/24\",\"podCIDRs\":[]}}").podCidrs())
        .containsExactly(IpPrefix.parse("10.244.1.0/24"));
  }

  @Test
  void takesThreeAddressesOfEachFamilyInternalOnesFirst() throws IOException {
    ClusterNode node =
        node(
            """
            {"status": {"addresses": [
              {"type": "Hostname", "address": "a.example.org"},
              {"type": "ExternalIP", "address": "2001:db8::1"},
              {"type": "ExternalIP", "address": "2001:db8::2"},
              {"type": "ExternalIP", "address": "198.51.100.1"},
              {"address": "192.0.2.1", "type": "InternalIP"},
              {"type": "InternalIP", "address": "192.0.2.2"},
              {"type": "ExternalIP", "address": "198.51.100.2"}]}}
            """);
    assertThat(node.addresses())
        .extracting(IpAddresses::format)
        .containsExactly("192.0.2.1", "192.0.2.2", "198.51.100.1", "2001:db8::1", "2001:db8::2");
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
    assertThat(node.leftOut()).containsExactly(new LeftOutCidr("none", "it is not a CIDR"));
    assertThat(leftOut).singleElement().asString().contains("address left out", "'node-a'");
  }

  @Test
  void readsWhatOlderServersStored() throws IOException {
    ClusterNode node =
        node(
            """
            {"spec": {"podCIDRs": ["010.9.0.5/024", "fd00:00010::5/064"]}, "status": {"addresses": [
              {"type": "InternalIP", "address": "::ffff:192.000.002.001"}]}}
            """);
    assertThat(node.podCidrs())
        .containsExactly(IpPrefix.parse("10.9.0.0/24"), IpPrefix.parse("fd00:10::/64"));
    assertThat(node.addresses()).containsExactly(IpAddresses.parse("192.0.2.1"));
    assertThat(node.leftOut()).isEmpty();
    assertThat(node("{\"spec\":{\"podCIDRs\":[\"::ffff:10.9.0.0/120\"]}}").podCidrs())
        .containsExactly(IpPrefix.parse("10.9.0.0/24"));
    assertThat(leftOut).isEmpty();
  }

  @Test
  void takesANodeThatHasNothingYet() throws IOException {
    assertThat(node("{\"metadata\":{\"name\":\"a\"}}"))
        .isEqualTo(new ClusterNode("a", "", List.of(), List.of(), List.of(), ""));
    assertThat(read("{\"metadata\":{\"name\":\"a\"},\"spec\":{},\"status\":{}}").networkAvailable())
        .isFalse();
  }

  @Test
  void throwsWhatAStatusSays() {
    assertThatThrownBy(() ->
            read(
                "{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"too old\",\"code\":410}"))
        .isInstanceOfSatisfying(
            ApiException.class, status -> assertThat(status.isExpired()).isTrue())
        .hasMessage("status 410: too old");
  }
}
