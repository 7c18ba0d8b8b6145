package io.kindnet.kindnetd.trace;

import io.kindnet.netlink.conntrack.ConntrackSocket;
import io.kindnet.netlink.conntrack.Flow;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.RouteLookup;
import io.kindnet.netlink.route.RouteSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Has the kernel trace packets for a while, and tells what happened to them. */
public final class PacketTracer {
  private PacketTracer() {}

  /**
   * Traces in the network namespace of the calling thread, until there are enough packets or the
   * time is over. Nothing is left behind, whatever ends this process.
   *
   * @param begun runs once packets are traced
   * @throws IllegalStateException if the kernel cannot, with the reason
   */
  public static TraceReport trace(TraceQuestion question, NodeFacts facts, Runnable begun) {
    try (TraceRecorder recorder = TraceRecorder.start(question);
        NftablesSocket nftables = NftablesSocket.open();
        RouteSocket routes = RouteSocket.open()) {
      begun.run();
      recorder.record();
      Map<Integer, String> names = new HashMap<>();
      for (Link link : routes.links().list()) {
        names.put(link.index(), link.name());
      }
      StoryTeller teller =
          new StoryTeller(
              facts,
              new RuleTexts(nftables.list()),
              index -> names.getOrDefault(index, "interface " + index),
              address -> lookup(routes, address),
              flows(question),
              recorder::isOwn);
      return new TraceReport(teller.tell(recorder.packets()), recorder.lost());
    }
  }

  private static Optional<RouteLookup> lookup(RouteSocket routes, InetAddress address) {
    try {
      return routes.routes().lookup(address);
    } catch (KernelException none) {
      return Optional.empty();
    }
  }

  /** Without connection tracking there is nothing to say of it. */
  private static List<Flow> flows(TraceQuestion question) {
    List<Flow> flows = new ArrayList<>();
    try (ConntrackSocket conntrack = ConntrackSocket.open()) {
      for (AddressFamily family : AddressFamily.values()) {
        for (Flow flow : conntrack.list(family)) {
          if (question.pod().contains(flow.original().source())
              || question.pod().contains(flow.reply().source())) {
            flows.add(flow);
          }
        }
      }
    } catch (KernelException absent) {
      return List.of();
    }
    return flows;
  }
}
