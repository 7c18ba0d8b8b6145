package io.kindnet.netlink.route;

import static io.kindnet.netlink.route.Rtnetlink.AF_BRIDGE;
import static io.kindnet.netlink.route.Rtnetlink.RTM_DELADDR;
import static io.kindnet.netlink.route.Rtnetlink.RTM_DELLINK;
import static io.kindnet.netlink.route.Rtnetlink.RTM_DELROUTE;
import static io.kindnet.netlink.route.Rtnetlink.RTM_DELRULE;
import static io.kindnet.netlink.route.Rtnetlink.RTM_NEWADDR;
import static io.kindnet.netlink.route.Rtnetlink.RTM_NEWLINK;
import static io.kindnet.netlink.route.Rtnetlink.RTM_NEWROUTE;
import static io.kindnet.netlink.route.Rtnetlink.RTM_NEWRULE;
import static io.kindnet.netlink.wire.NetlinkConstants.NETLINK_ROUTE;

import io.kindnet.netlink.wire.EventSource;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.NetlinkSubscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes in one network namespace, from the moment it is opened. One thread reads; another one may
 * close it. What to look at first, and what to do after a loss, is the same: list, then follow.
 *
 * <p>The kernel does not announce everything: IPv4 routes that go because their link went down, or
 * because the address that they prefer as source was removed, go silently. Whoever keeps routes
 * listens to links and addresses too. A new IPv6 address is announced when duplicate address
 * detection is through with it, even if it was told to do without; one that is removed before that
 * is never announced.
 */
public final class RouteEvents implements EventSource<RouteEvents.Batch> {
  /** What to listen to. */
  public enum Topic {
    LINKS(Rtnetlink.RTNLGRP_LINK, 0),
    ADDRESSES(Rtnetlink.RTNLGRP_IPV4_IFADDR, Rtnetlink.RTNLGRP_IPV6_IFADDR),
    ROUTES(Rtnetlink.RTNLGRP_IPV4_ROUTE, Rtnetlink.RTNLGRP_IPV6_ROUTE),
    RULES(Rtnetlink.RTNLGRP_IPV4_RULE, Rtnetlink.RTNLGRP_IPV6_RULE);

    private final int group;
    private final int secondGroup;

    Topic(int group, int secondGroup) {
      this.group = group;
      this.secondGroup = secondGroup;
    }
  }

  /**
   * What has come since the last read.
   *
   * @param events the changes, oldest first
   * @param lost whether some are missing, because they came faster than they were read: list again
   */
  public record Batch(List<RouteEvent> events, boolean lost) {}

  private final NetlinkSubscription subscription;

  private RouteEvents(NetlinkSubscription subscription) {
    this.subscription = subscription;
  }

  static RouteEvents open(Topic... topics) {
    return new RouteEvents(NetlinkSubscription.open(NETLINK_ROUTE, groups(topics)));
  }

  static RouteEvents excludingOwn(int ownPort, Topic... topics) {
    return new RouteEvents(
        NetlinkSubscription.excludingOwn(NETLINK_ROUTE, ownPort, groups(topics)));
  }

  private static int[] groups(Topic... topics) {
    int count = 0;
    int[] groups = new int[2 * topics.length];
    for (Topic topic : topics) {
      groups[count++] = topic.group;
      if (topic.secondGroup != 0) {
        groups[count++] = topic.secondGroup;
      }
    }
    return Arrays.copyOf(groups, count);
  }

  @Override
  public Batch next(Duration timeout) {
    NetlinkSubscription.Notifications notifications = subscription.next(timeout);
    List<RouteEvent> events = new ArrayList<>();
    for (NetlinkMessage message : notifications.messages()) {
      RouteEvent event = read(message);
      if (event != null) {
        events.add(event);
      }
    }
    return new Batch(events, notifications.lost());
  }

  @Override
  public boolean isClosed() {
    return subscription.isClosed();
  }

  @Override
  public void close() {
    subscription.close();
  }

  /** The event in {@code message}; null if it is none of ours. */
  static @Nullable RouteEvent read(NetlinkMessage message) {
    return switch (message.type()) {
      case RTM_NEWLINK, RTM_DELLINK -> readLink(message);
      case RTM_NEWADDR, RTM_DELADDR -> readAddress(message);
      case RTM_NEWROUTE, RTM_DELROUTE -> readRoute(message);
      case RTM_NEWRULE, RTM_DELRULE -> new RouteEvent.RuleChanged(message.type() == RTM_DELRULE);
      default -> null;
    };
  }

  private static @Nullable RouteEvent readLink(NetlinkMessage message) {
    IfInfoMessage info = IfInfoMessage.parse(message);
    if (info.family() == AF_BRIDGE) {
      // a bridge speaking of its port: "removed" only means that it is no port any more
      return message.type() == RTM_NEWLINK
          ? new RouteEvent.PortChanged(info.index(), LinkReader.isHairpinPort(message))
          : null;
    }
    Link link = LinkReader.read(message);
    return message.type() == RTM_NEWLINK
        ? new RouteEvent.LinkChanged(link)
        : new RouteEvent.LinkRemoved(link);
  }

  private static @Nullable RouteEvent readAddress(NetlinkMessage message) {
    if (!Rtnetlink.isInternet(IfAddrMessage.parse(message).family())) {
      return null;
    }
    Address address = AddressMessages.read(message);
    return message.type() == RTM_NEWADDR
        ? new RouteEvent.AddressChanged(address)
        : new RouteEvent.AddressRemoved(address);
  }

  private static @Nullable RouteEvent readRoute(NetlinkMessage message) {
    if (!Rtnetlink.isInternet(RouteMessage.parse(message).family())) {
      return null;
    }
    Route route = RouteReader.read(message);
    return message.type() == RTM_NEWROUTE
        ? new RouteEvent.RouteChanged(route)
        : new RouteEvent.RouteRemoved(route);
  }
}
