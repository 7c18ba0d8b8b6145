package io.kindnet.cni;

import static io.kindnet.cni.CniNode.error;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may have which host port. */
@NetworkNamespaces
class PortReserverTest {
  private final Namespace host;
  private final Namespace first;
  private final Namespace second;

  @TempDir private Path dataDir;
  private CniNode node;

  PortReserverTest(Namespace host, Namespace first, Namespace second) {
    this.host = host;
    this.first = first;
    this.second = second;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() {
    node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64");
  }

  @Test
  void anyAddressIsOneRowForEachFamily() throws CniException {
    ConnectedPod wired = new ConnectedPod(node.withHostPort(80, 8080, "TCP").add("first", first));

    assertThat(node.hostPorts().installed())
        .extracting(wired::normalize)
        .containsExactly(
            "80/tcp on 0.0.0.0 to POD4 8080 at KNET", "80/tcp on :: to POD6 8080 at KNET");
    try (Store store = node.store()) {
      assertThat(store.ports().all())
          .extracting(row -> row.podKey() + " " + row.port())
          .containsExactly("first 80/tcp on 0.0.0.0", "first 80/tcp on ::");
    }
  }

  @Test
  void aHostIpIsOneRowOfItsFamily() {
    ConnectedPod wired =
        new ConnectedPod(node.withHostPort(53, 5353, "udp", "fd00::1").add("first", first));

    assertThat(node.hostPorts().installed())
        .extracting(wired::normalize)
        .containsExactly("53/udp on fd00::1 to POD6 5353 at KNET");
  }

  @Test
  void aHostIpOfAFamilyThatThePodLacksIsLeftOut() {
    node = new CniNode(host, dataDir, "10.244.1.0/24");

    node.withHostPort(80, 8080, "tcp", "fd00::1").add("first", first);

    assertThat(node.hostPorts().installed()).isEmpty();
  }

  @Test
  void theSameMappingTwiceIsOne() {
    node.withHostPort(80, 8080, "tcp").withHostPort(80, 8080, "tcp").add("first", first);

    assertThat(node.hostPorts().installed()).hasSize(2);
  }

  /** Valid since Kubernetes 1.37, in whichever order. */
  @ParameterizedTest
  @CsvSource({
    "'', 10.0.0.5, 1 1 2",
    "10.0.0.5, '', 1 2 2",
    "'', fd00::5, 1 1 2",
    "0.0.0.0, 10.0.0.5, 1 2",
    "10.0.0.5, 0.0.0.0, 1 2",
    "'', 127.0.0.1, 1 1 2",
    "'', 0.0.0.0, 1 2",
    "::, '', 1 2",
    "'', '', 1 1",
    "10.0.0.5, 10.0.0.5, 1",
  })
  void aPodMayAskForAPortOnAllAddressesAndOnOne(String one, String other, String ports)
      throws CniException {
    node.withRealRules().withHostPort(80, 1, "tcp", one).withHostPort(80, 2, "tcp", other);

    JsonNode result = node.add("web", first);

    try (Store store = node.store()) {
      assertThat(store.ports().all())
          .extracting(row -> Integer.toString(row.port().containerPort()))
          .containsExactlyInAnyOrder(ports.split(" "));
    }
    assertThat(node.check("web", first, result)).isEqualTo(new Reply(0, ""));
    JsonNode refused =
        error(node.call("ADD", "abc", second.path().toString(), "eth0", node.config()));
    assertThat(refused.path("code").asInt()).isEqualTo(101);
    node.del("web", first);
    assertThat(Nft.ruleset(host)).doesNotContain("10.244.1", "fd00:10:244:1:");
  }

  @ParameterizedTest
  @CsvSource({
    "80, tcp, ''      , 80, tcp, ''      , 80/tcp on 0.0.0.0",
    "80, tcp, ''      , 80, tcp, 10.0.0.5, 80/tcp on 0.0.0.0",
    "80, tcp, 10.0.0.5, 80, tcp, ''      , 80/tcp on 10.0.0.5",
    "80, udp, 10.0.0.5, 80, udp, 10.0.0.5, 80/udp on 10.0.0.5",
    "80, udp, fd00::5 , 80, udp, ::      , 80/udp on fd00::5",
    "80, sctp, ''     , 80, sctp, fd00::5, 80/sctp on ::",
  })
  void overlappingClaimsAreRefused(
      int heldPort,
      String heldProtocol,
      String heldIp,
      int port,
      String protocol,
      String ip,
      String named)
      throws CniException {
    node.withHostPort(heldPort, 8080, heldProtocol, heldIp).add("web", first);
    node.config().remove("runtimeConfig");
    node.withHostPort(port, 9090, protocol, ip);

    JsonNode error =
        error(node.call("ADD", "abc", second.path().toString(), "eth0", node.config()));

    assertThat(error.path("code").asInt()).isEqualTo(101);
    assertThat(error.path("msg").asText())
        .isEqualTo("host port " + named + " is held by pod default/web (container web)");
    try (Store store = node.store()) {
      assertThat(store.pods().all()).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "80, udp, ''      , 80, tcp, 10.0.0.5",
    "80, tcp, ''      , 81, tcp, ''",
    "80, tcp, 10.0.0.5, 80, tcp, 10.0.0.6",
    "80, tcp, 0.0.0.0 , 80, tcp, ::",
    "80, tcp, 10.0.0.5, 80, tcp, ::",
  })
  void othersAreNot(
      int heldPort, String heldProtocol, String heldIp, int port, String protocol, String ip) {
    node.withHostPort(heldPort, 8080, heldProtocol, heldIp).add("web", first);
    node.config().remove("runtimeConfig");

    node.withHostPort(port, 9090, protocol, ip).add("abc", second);

    assertThat(node.hostPorts().installed()).hasSizeGreaterThanOrEqualTo(2);
  }

  @Test
  void aPortIsFreeAgainAfterDel() {
    node.withHostPort(80, 8080, "tcp").add("web", first);
    node.del("web", first);

    node.add("abc", second);

    assertThat(node.hostPorts().installed()).hasSize(2);
  }
}
