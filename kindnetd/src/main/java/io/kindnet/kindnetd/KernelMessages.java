package io.kindnet.kindnetd;

import io.kindnet.kindnetd.agent.SharedNftables;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.wire.RequestCount;
import java.util.List;
import java.util.Map;

/** Shows how much the agents ask of the kernel: where all is in place, they write nothing. */
final class KernelMessages {
  private static final String READ = "read";
  private static final String WRITE = "write";

  private KernelMessages() {}

  /**
   * Adds the metric to {@code status}.
   *
   * @param route what was sent for routes
   * @param netfilter what was sent for masquerading
   */
  static void show(Status status, RequestCount route, SharedNftables netfilter) {
    status.counter(
        "kindnet_netlink_messages_total",
        "Requests that the agents sent to the kernel, those of a batch one by one: read for dumps"
            + " and gets, write for what changes something. Without those of CNI calls, so that"
            + " pods that come and go count nothing here.",
        List.of("family", "kind"),
        () ->
            Map.of(
                List.of("route", READ), route.reads(),
                List.of("route", WRITE), route.writes(),
                List.of("netfilter", READ), netfilter.reads(),
                List.of("netfilter", WRITE), netfilter.writes()));
  }
}
