package io.kindnet.netlink.route;

import static io.kindnet.netlink.route.Rtnetlink.RTM_NEWNETCONF;
import static io.kindnet.netlink.wire.NetlinkConstants.NETLINK_ROUTE;

import io.kindnet.netlink.wire.EventSource;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.NetlinkSubscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Changes of the settings of links in one network namespace, whoever makes them, from the moment it
 * is opened. One thread reads; another one may close it.
 *
 * <p>The kernel announces {@code forwarding} and a few others ({@code NETCONFA_} of {@code
 * linux/netconf.h}), only where the value changes from or to 0. A new link announces all of them in
 * IPv6, and nothing in IPv4. What is written by {@code IFLA_AF_SPEC} is not announced.
 */
public final class NetconfEvents implements EventSource<NetconfEvents.Batch> {
  /**
   * What has come since the last read.
   *
   * @param changes what is set now, oldest first
   * @param lost whether some are missing, because they came faster than they were read
   */
  public record Batch(List<Netconf> changes, boolean lost) {}

  private final NetlinkSubscription subscription;

  private NetconfEvents(NetlinkSubscription subscription) {
    this.subscription = subscription;
  }

  static NetconfEvents open() {
    return new NetconfEvents(
        NetlinkSubscription.open(
            NETLINK_ROUTE, Rtnetlink.RTNLGRP_IPV4_NETCONF, Rtnetlink.RTNLGRP_IPV6_NETCONF));
  }

  @Override
  public Batch next(Duration timeout) {
    NetlinkSubscription.Notifications notifications = subscription.next(timeout);
    List<Netconf> changes = new ArrayList<>();
    for (NetlinkMessage message : notifications.messages()) {
      if (message.type() == RTM_NEWNETCONF
          && Rtnetlink.isInternet(NetconfMessage.parse(message).family())) {
        changes.add(Netconf.read(message));
      }
    }
    return new Batch(changes, notifications.lost());
  }

  @Override
  public boolean isClosed() {
    return subscription.isClosed();
  }

  @Override
  public void close() {
    subscription.close();
  }
}
