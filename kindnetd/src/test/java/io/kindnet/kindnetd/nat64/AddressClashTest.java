package io.kindnet.kindnetd.nat64;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.kindnetd.ReadinessPage;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where node or cluster have something else at the addresses of the pool or of the prefix. */
@NetworkNamespaces
@Tag("bpf")
class AddressClashTest {
  private static final Duration DEADLINE = Duration.ofSeconds(90);

  private final Namespace node;
  private final Nat64Node fixture;
  private final Nat64Agent agent;

  AddressClashTest(Namespace node, Namespace router, Namespace server) {
    this.node = node;
    fixture = new Nat64Node(node, router, server);
    agent = fixture.agent();
  }

  @AfterEach
  void close() {
    agent.close();
    fixture.close();
  }

  @Test
  void nothingIsMadeOverARouteOfTheNode() {
    node.run("ip", "route", "add", "240.64.3.0/24", "via", "192.0.2.2");
    assertNothingIsMade("240.64.0.0/16 overlaps 240.64.3.0/24, a route of this node");
    node.run("ip", "route", "delete", "240.64.3.0/24");
    assertAllIsMade();
  }

  @Test
  void nothingIsMadeOverAnAddressOfTheNode() {
    node.run("ip", "address", "add", "240.64.0.9/32", "dev", "eth0");
    assertNothingIsMade("240.64.0.0/16 overlaps 240.64.0.9/32, an address of this node");
    node.run("ip", "address", "delete", "240.64.0.9/32", "dev", "eth0");
    assertAllIsMade();
  }

  @Test
  void nothingIsMadeOverThePodsOfAnotherNode() {
    fixture.addPeer("240.0.0.0/8");
    assertNothingIsMade("240.64.0.0/16 overlaps 240.0.0.0/8, a pod CIDR");
    fixture.removePeer();
    assertAllIsMade();
  }

  @Test
  void nothingIsMadeOverServices() {
    fixture.serviceRanges("10.96.0.0/12", "240.64.128.0/20");
    assertNothingIsMade("240.64.0.0/16 overlaps 240.64.128.0/20, a range of Services");
    fixture.serviceRanges("10.96.0.0/12");
    assertAllIsMade();
  }

  @Test
  void nothingIsMadeWhereSomebodyElseTranslates() {
    node.run("ip", "route", "add", "64:ff9b::/96", "dev", "eth0");
    assertNothingIsMade("64:ff9b::/96 overlaps 64:ff9b::/96, a route of this node");
    node.run("ip", "route", "delete", "64:ff9b::/96");
    assertAllIsMade();
  }

  @Test
  void whatIsInPlaceStaysAsItIs() {
    fixture.podCidrs(Nat64Node.POD_CIDR);
    fixture.start(agent);
    assertAllIsMade();
    node.run("ip", "route", "add", "240.64.3.0/24", "via", "192.0.2.2");
    node.run("nft", "delete", "table", "inet", "kindnet-nat64"); // has the agent look
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(ReadinessPage.of(fixture.status))
                .contains("240.64.0.0/16 overlaps 240.64.3.0/24"));
    assertThat(node.run("ip", "route")).contains("240.64.0.0/16");
  }

  private void assertNothingIsMade(String reason) {
    try (CapturedLog log = CapturedLog.start()) {
      fixture.podCidrs(Nat64Node.POD_CIDR);
      fixture.start(agent);
      Eventually.within(
          DEADLINE,
          () -> {
            assertThat(ReadinessPage.of(fixture.status)).contains(reason);
            assertThat(MetricsPage.of(fixture.status))
                .as("tried again")
                .containsPattern("kindnet_pass_failures_total\\{agent=\"nat64\"} ([3-9]|\\d\\d)");
          });
      assertThat(log.linesWith(reason)).hasSize(1);
    }
    assertThat(node.run("ip", "-o", "link")).doesNotContain("nat64");
    assertThat(node.run("nft", "list", "tables")).doesNotContain("nat64");
    assertThat(node.run("ip", "route")).doesNotContain("240.64.0.0/16");
  }

  private void assertAllIsMade() {
    Eventually.within(
        DEADLINE,
        () -> {
          assertThat(node.run("ip", "route")).contains("240.64.0.0/16 dev knet-nat64-v4");
          assertThat(node.run("nft", "list", "tables")).contains("kindnet-nat64");
        });
  }
}
