package io.kindnet.netlink.wire;

import static io.kindnet.netlink.wire.NetlinkConstants.NETLINK_ROUTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

@NetworkNamespaces
class NetlinkSubscriptionTest {
  private static final int RTNLGRP_LINK = 1;
  private static final int RTM_NEWLINK = 16;
  private static final int IFLA_IFNAME = 3;
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @Test
  void deliversWhatHappensInItsNamespace(Namespace namespace) {
    try (NetlinkSubscription links = open(namespace)) {
      namespace.run("ip", "link", "add", "name", "br7", "type", "bridge");

      NetlinkMessage first = links.next(DEADLINE).messages().getFirst();

      assertThat(first.type()).isEqualTo(RTM_NEWLINK);
      assertThat(first.attributesAfter(16).get(IFLA_IFNAME).string()).isEqualTo("br7");
    }
  }

  @Test
  void saysThatSomeWereLost(Namespace namespace) {
    try (NetlinkSubscription links = open(namespace)) {
      StringBuilder commands = new StringBuilder();
      for (int i = 0; i < 4000; i++) {
        commands.append("link set lo mtu ").append(1500 + i).append('\n');
      }
      namespace.runWithInput(commands.toString(), "ip", "-batch", "-");

      NetlinkSubscription.Notifications notifications = links.next(DEADLINE);

      assertThat(notifications.lost()).isTrue();
      namespace.run("ip", "link", "set", "lo", "mtu", "1400");
      assertThat(links.next(DEADLINE).lost()).as("the next read starts afresh").isFalse();
    }
  }

  @Test
  void returnsNothingAfterTheTime(Namespace namespace) {
    try (NetlinkSubscription links = open(namespace)) {
      assertThat(links.next(Duration.ofMillis(1)).messages()).isEmpty();
    }
  }

  @Test
  void closingEndsAReadOfAnotherThread(Namespace namespace) {
    NetlinkSubscription links = open(namespace);
    CompletableFuture<NetlinkSubscription.Notifications> read =
        CompletableFuture.supplyAsync(() -> links.next(Duration.ofHours(1)));

    links.close();
    links.close();

    assertThat(read.join().messages()).isEmpty();
    assertThat(links.isClosed()).isTrue();
  }

  private static NetlinkSubscription open(Namespace namespace) {
    try (NetworkNamespace entered = NetworkNamespace.open(namespace.path().toString())) {
      return entered.call(() -> NetlinkSubscription.open(NETLINK_ROUTE, RTNLGRP_LINK));
    }
  }
}
