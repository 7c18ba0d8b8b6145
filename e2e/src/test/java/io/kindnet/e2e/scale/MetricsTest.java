package io.kindnet.e2e.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MetricsTest {
  private static final Metrics METRICS =
      Metrics.parse(
          """
          # HELP kindnet_netlink_messages_total Messages to the kernel.
          # TYPE kindnet_netlink_messages_total counter
          kindnet_netlink_messages_total{family="netfilter",kind="read"} 3.0
          kindnet_netlink_messages_total{family="netfilter",kind="write"} 12.0
          kindnet_netlink_messages_total{family="route",kind="read"} 4.0
          kindnet_netlink_messages_total{family="route",kind="write"} 1.0E4
          kindnet_api_server_connected 1.0
          """);

  @Test
  void addsUpWhatHasALabel() {
    assertThat(Messages.of(METRICS)).isEqualTo(new Messages(7, 10_012));
    assertThat(METRICS.sum("kindnet_api_server_connected")).isEqualTo(1);
  }

  @Test
  void doesNotTakeWhatIsMissingForNothing() {
    assertThatThrownBy(() -> METRICS.sum("kindnet_netlink_messages_total", "kind=\"other\""))
        .hasMessage("no metric kindnet_netlink_messages_total with [kind=\"other\"]");
    assertThatThrownBy(() -> METRICS.sum("kindnet_netlink_messages"))
        .isInstanceOf(AssertionError.class);
  }
}
