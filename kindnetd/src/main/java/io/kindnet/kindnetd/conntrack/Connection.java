package io.kindnet.kindnetd.conntrack;

import io.kindnet.netlink.conntrack.Flow;
import io.kindnet.netlink.conntrack.FlowDetails;
import io.kindnet.netlink.conntrack.FlowTuple;
import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A connection that conntrack has.
 *
 * @param protocol such as {@code tcp}
 * @param state of a TCP connection, such as {@code ESTABLISHED}; else {@code REPLIED} or {@code
 *     UNREPLIED}
 * @param source who began it
 * @param destination to whom
 * @param translatedSource what {@code source} becomes, if it is translated
 * @param translatedDestination what {@code destination} becomes, if it is translated
 * @param flow what the kernel says of it
 * @param age how old it is; empty where the kernel does not note it
 */
record Connection(
    String protocol,
    String state,
    End source,
    End destination,
    Optional<End> translatedSource,
    Optional<End> translatedDestination,
    Flow flow,
    Optional<Duration> age) {
  private static final int IPPROTO_TCP = 6;
  private static final int IPPROTO_ICMP = 1;
  private static final int IPPROTO_ICMPV6 = 58;
  private static final int IPS_SEEN_REPLY = 1 << 1; // linux/netfilter/nf_conntrack_common.h
  private static final int IPS_OFFLOAD = 1 << 14;

  /** {@code enum tcp_conntrack} of {@code linux/netfilter/nf_conntrack_tcp.h}. */
  private static final List<String> TCP_STATES =
      List.of(
          "NONE",
          "SYN_SENT",
          "SYN_RECV",
          "ESTABLISHED",
          "FIN_WAIT",
          "CLOSE_WAIT",
          "LAST_ACK",
          "TIME_WAIT",
          "CLOSE",
          "SYN_SENT2");

  /**
   * One end of a connection.
   *
   * @param port 0 for none
   * @param pod {@code NAMESPACE/NAME}; empty if the address is no pod's
   */
  record End(InetAddress address, int port, Optional<String> pod) {
    String addressAndPort() {
      String text = IpAddresses.format(address);
      if (port == 0) {
        return text;
      }
      return (text.contains(":") ? "[" + text + "]" : text) + ":" + port;
    }
  }

  static Connection of(Flow flow, Function<InetAddress, Optional<String>> pods, Instant now) {
    FlowTuple original = flow.original();
    FlowTuple reply = flow.reply();
    End source = end(original.source(), original.sourcePort(), pods);
    End destination = end(original.destination(), original.destinationPort(), pods);
    End answering = end(reply.source(), reply.sourcePort(), pods);
    End answered = end(reply.destination(), reply.destinationPort(), pods);
    FlowDetails details = flow.details();
    return new Connection(
        name(original.protocol()),
        state(flow),
        source,
        destination,
        Optional.of(answered).filter(end -> !end.equals(source)),
        Optional.of(answering).filter(end -> !end.equals(destination)),
        flow,
        details.startNanos() == 0
            ? Optional.empty()
            : Optional.of(Duration.between(Instant.ofEpochSecond(0, details.startNanos()), now)));
  }

  private static End end(
      InetAddress address, int port, Function<InetAddress, Optional<String>> pods) {
    return new End(address, port, pods.apply(address));
  }

  private static String name(int protocol) {
    return switch (protocol) {
      case IPPROTO_ICMP -> "icmp";
      case IPPROTO_ICMPV6 -> "icmpv6";
      default -> Protocols.name(protocol);
    };
  }

  private static String state(Flow flow) {
    int state = flow.details().tcpState();
    if (flow.original().protocol() == IPPROTO_TCP && state > 0 && state < TCP_STATES.size()) {
      return TCP_STATES.get(state);
    }
    return (flow.status() & IPS_SEEN_REPLY) != 0 ? "REPLIED" : "UNREPLIED";
  }

  /** Whether packets of it take the fast path. */
  boolean isOffloaded() {
    return (flow.status() & IPS_OFFLOAD) != 0;
  }

  /** Whether one of {@code addresses} is an end of it, translated or not. */
  boolean isOf(Set<InetAddress> addresses) {
    return addresses.contains(source.address)
        || addresses.contains(destination.address)
        || translatedSource.filter(end -> addresses.contains(end.address)).isPresent()
        || translatedDestination.filter(end -> addresses.contains(end.address)).isPresent();
  }
}
