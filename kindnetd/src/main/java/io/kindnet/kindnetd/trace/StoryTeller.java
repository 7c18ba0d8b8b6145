package io.kindnet.kindnetd.trace;

import io.kindnet.kindnetd.packets.PacketHeader;
import io.kindnet.netlink.conntrack.Flow;
import io.kindnet.netlink.conntrack.FlowTuple;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.TraceEvent;
import io.kindnet.netlink.route.RouteLookup;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/** Makes stories of what was recorded. */
final class StoryTeller {
  private static final Map<Integer, String> HOOKS =
      Map.of(
          BaseChain.NF_INET_PRE_ROUTING, "prerouting",
          BaseChain.NF_INET_LOCAL_IN, "input",
          BaseChain.NF_INET_FORWARD, "forward",
          BaseChain.NF_INET_LOCAL_OUT, "output",
          BaseChain.NF_INET_POST_ROUTING, "postrouting");

  private final NodeFacts facts;
  private final RuleTexts texts;
  private final IntFunction<String> interfaces;
  private final Function<InetAddress, Optional<RouteLookup>> routes;
  private final TracedConnections connections;
  private final Predicate<Table> own;

  /**
   * @param interfaces the names of interfaces by their indices
   * @param routes the way that the node has to an address
   * @param flows what connection tracking has
   * @param own which table is no part of the story
   */
  StoryTeller(
      NodeFacts facts,
      RuleTexts texts,
      IntFunction<String> interfaces,
      Function<InetAddress, Optional<RouteLookup>> routes,
      List<Flow> flows,
      Predicate<Table> own) {
    this.facts = facts;
    this.texts = texts;
    this.interfaces = interfaces;
    this.routes = routes;
    this.connections = new TracedConnections(flows);
    this.own = own;
  }

  /** One for each packet whose headers are known. */
  List<PacketStory> tell(List<TracedPacket> packets) {
    List<PacketStory> stories = new ArrayList<>();
    Map<List<Object>, List<String>> asked = new HashMap<>();
    for (TracedPacket packet : packets) {
      Optional<PacketHeader> header = packet.header();
      if (header.isPresent()) {
        stories.add(tell(packet, header.get(), packets, asked));
      }
    }
    return stories;
  }

  private PacketStory tell(
      TracedPacket packet,
      PacketHeader header,
      List<TracedPacket> packets,
      Map<List<Object>, List<String>> asked) {
    List<TraceStep> steps = steps(packet, header);
    PacketHeader last = packet.lastHeader().orElse(header);
    boolean reply = connections.isReply(packet, header);
    List<String> policies = List.of();
    if (!reply) {
      List<Object> connection =
          List.of(header.source(), last.destination(), last.protocol(), last.destinationPort());
      // of many packets of a connection, the first one says it
      if (!asked.containsKey(connection) || packet.drop().isPresent()) {
        policies =
            facts.policies(
                header.source(),
                last.destination(),
                last.protocol(),
                Math.max(0, last.destinationPort()));
        asked.put(connection, policies);
      }
    }
    return new PacketStory(
        header,
        end(header.source(), header.sourcePort()),
        end(header.destination(), header.destinationPort()),
        steps,
        policies,
        packet.drop().isPresent(),
        reply ? Optional.empty() : connections.answer(packet, header, packets));
  }

  private List<TraceStep> steps(TracedPacket packet, PacketHeader header) {
    List<TraceStep> steps = new ArrayList<>();
    PacketHeader now = header;
    String hook = "";
    boolean routed = false;
    boolean arrived = false;
    for (TraceEvent event : packet.events()) {
      hook = hook(event, hook);
      if (!arrived) {
        arrived = true;
        steps.add(
            TraceStep.of(
                "arrived",
                event.inInterface() == 0
                    ? "sent by this node itself"
                    : "by " + interfaces.apply(event.inInterface())));
      }
      Optional<PacketHeader> seen = TracedPacket.header(event);
      if (seen.isPresent()) {
        translations(now, seen.get(), steps);
        now = seen.get();
      }
      boolean behindRouting =
          hook.equals("forward") || hook.equals("input") || hook.equals("postrouting");
      if (!routed && behindRouting) {
        routed = true;
        steps.add(route(hook, event, now));
      }
      if (!own.test(event.table())) {
        step(event, hook).ifPresent(steps::add);
      }
    }
    if (packet.drop().isEmpty()) {
      lastTranslations(packet, now, steps);
      steps.add(end(hook));
    }
    return steps;
  }

  /** The hook that a chain is called from: of a chain that was jumped to, the one before. */
  private String hook(TraceEvent event, String before) {
    if (own.test(event.table())) { // which is no more
      return TraceTable.hookOf(event.chain());
    }
    return texts
        .base(event.table(), event.chain())
        .map(chain -> HOOKS.getOrDefault(chain.hook(), "hook"))
        .orElse(before);
  }

  private static void translations(PacketHeader before, PacketHeader after, List<TraceStep> steps) {
    if (!before.destination().equals(after.destination())
        || before.destinationPort() != after.destinationPort()) {
      steps.add(
          TraceStep.of(
              "translated",
              "destination to " + address(after.destination(), after.destinationPort())));
    }
    if (!before.source().equals(after.source()) || before.sourcePort() != after.sourcePort()) {
      steps.add(
          TraceStep.of("translated", "source to " + address(after.source(), after.sourcePort())));
    }
  }

  /** Behind the last hook nothing is traced; what connection tracking has says what came of it. */
  private void lastTranslations(TracedPacket packet, PacketHeader now, List<TraceStep> steps) {
    Optional<Flow> flow = connections.flow(packet, now);
    if (flow.isEmpty() || connections.isReply(packet, now)) {
      return;
    }
    FlowTuple reply = flow.get().reply();
    if (!reply.destination().equals(now.source())) {
      steps.add(
          TraceStep.of(
              "translated", "source to " + address(reply.destination(), reply.destinationPort())));
    }
  }

  private TraceStep route(String hook, TraceEvent event, PacketHeader now) {
    if (hook.equals("input")) {
      return TraceStep.of("routed", "to this node itself");
    }
    Optional<RouteLookup> way = routes.apply(now.destination());
    int out =
        event.outInterface() != 0
            ? event.outInterface()
            : way.map(RouteLookup::linkIndex).orElse(0);
    String gateway =
        way.flatMap(RouteLookup::gateway).map(via -> " via " + IpAddresses.format(via)).orElse("");
    return TraceStep.of("routed", "to " + interfaces.apply(out) + gateway);
  }

  private Optional<TraceStep> step(TraceEvent event, String hook) {
    if (event.ruleHandle() == 0) {
      // the end of a chain: without a word, the next one goes on. Types do not tell: Linux 6.18 has
      // that of a rule here, and 6.1 that of an end for a rule that returns
      return event.verdict().isDrop()
          ? Optional.of(step("dropped", event, "policy drop", DropWords.of(event)))
          : Optional.empty();
    }
    String verdict = event.verdict().isContinue() ? "" : event.verdict().toString();
    String rule =
        texts
            .rule(event.table(), event.ruleHandle())
            .orElse("a rule that is there no more, handle " + event.ruleHandle());
    return Optional.of(
        event.verdict().isDrop()
            ? step("dropped", event, rule, DropWords.of(event))
            : step(hook.isEmpty() ? "rule" : hook, event, rule, verdict));
  }

  private static TraceStep step(String kind, TraceEvent event, String text, String verdict) {
    return new TraceStep(
        kind, event.table().toString(), event.chain(), event.ruleHandle(), text, verdict);
  }

  private static TraceStep end(String hook) {
    return switch (hook) {
      case "input" -> TraceStep.of("delivered", "to this node; no rule of nftables dropped it");
      case "forward", "postrouting", "output" ->
          TraceStep.of("sent", "on its way; no rule of nftables dropped it");
      default ->
          TraceStep.of(
              "vanished",
              "behind "
                  + hook
                  + ", and no rule of nftables dropped it: there may be no route to it, the reverse"
                  + " path filter may have refused it, or rules of the older iptables did");
    };
  }

  private String end(InetAddress address, int port) {
    return address(address, port) + facts.podAt(address).map(pod -> " (" + pod + ")").orElse("");
  }

  private static String address(InetAddress address, int port) {
    String text = IpAddresses.format(address);
    if (port == PacketHeader.NONE) {
      return text;
    }
    return (text.contains(":") ? "[" + text + "]" : text) + ":" + port;
  }
}
