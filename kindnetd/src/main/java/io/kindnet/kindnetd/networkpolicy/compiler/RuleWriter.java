package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.cluster.policies.PolicyPort;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.expr.Ct;
import io.kindnet.netlink.nftables.expr.Expression;
import io.kindnet.netlink.nftables.expr.Matches;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes rules of the kernel of groups of rules, and names the sets that these look up. */
final class RuleWriter {
  private final Direction direction;
  private final Map<String, TableSet> sets = new LinkedHashMap<>();

  RuleWriter(PodClass podClass) {
    this.direction = podClass.direction();
  }

  /** The sets that the rules look up. */
  Map<String, TableSet> sets() {
    return sets;
  }

  void write(List<Rule> rules, RuleGroups groups, Verdict verdict) {
    groups
        .byNumber()
        .forEach((ports, group) -> {
          Peers peers = group.peers();
          for (List<Expression> port : conditions(ports)) {
            for (List<Expression> peer : conditions(peers)) {
              rules.add(Rule.when(port).and(peer).then(verdict).withComment(group.comment()));
            }
            if (!peers.domainNames().isEmpty()) {
              for (AddressFamily family : AddressFamily.values()) {
                writeDomainNames(rules, port, family, peers, verdict, group.comment());
              }
            }
          }
        });
    groups.byName().forEach((port, group) -> write(rules, port, group, verdict));
  }

  private void write(
      List<Rule> rules, PolicyPort.Named port, RuleGroups.Group group, Verdict verdict) {
    Peers peers = group.peers();
    for (AddressFamily family : AddressFamily.values()) {
      String set = use(NamedPortSet.of(family, peers, port));
      rules.add(
          Rule.when(Matches.destinationServiceIn(family, set))
              .then(verdict)
              .withComment(group.comment()));
    }
  }

  /**
   * A connection may begin as long as the names have its address, and go on for as long as it
   * lasts. The set of connections is filled by a rule of its own, which ends where that is full:
   * that is no reason to let nothing begin.
   */
  private void writeDomainNames(
      List<Rule> rules,
      List<Expression> port,
      AddressFamily family,
      Peers peers,
      Verdict verdict,
      String comment) {
    String connected = use(DomainSet.ofConnections(family, peers.domainNames()));
    String answered = use(DomainSet.ofAnswers(family, peers.domainNames()));
    rules.add(
        Rule.when(Matches.ctState(Ct.ESTABLISHED))
            .and(port)
            .and(Matches.destinationIn(family, connected))
            .and(Matches.putDestinationInto(family, connected))
            .then(verdict)
            .withComment(comment));
    rules.add(
        Rule.when(port)
            .and(Matches.destinationIn(family, answered))
            .and(Matches.putDestinationInto(family, connected))
            .then());
    rules.add(
        Rule.when(port)
            .and(Matches.destinationIn(family, answered))
            .then(verdict)
            .withComment(comment));
  }

  /** The conditions of which one has to hold; the ports come first, which are the cheaper ones. */
  private List<List<Expression>> conditions(PortSelection ports) {
    if (ports.isAll()) {
      return List.of(List.of());
    }
    List<List<Expression>> conditions = new ArrayList<>();
    ports.protocols().forEach((protocol, ranges) -> conditions.add(condition(protocol, ranges)));
    return conditions;
  }

  private List<Expression> condition(TransportProtocol protocol, List<PortRange> ranges) {
    PortRange first = ranges.getFirst();
    if (first.isEveryPort()) {
      return Matches.protocol(protocol.number());
    }
    return ranges.size() == 1
        ? Matches.destinationPorts(protocol.number(), first.first(), first.last())
        : Matches.destinationPortIn(protocol.number(), use(FixedSet.of(ranges)));
  }

  private List<List<Expression>> conditions(Peers peers) {
    if (peers.everybody()) {
      return List.of(List.of());
    }
    List<List<Expression>> conditions = new ArrayList<>();
    for (AddressFamily family : AddressFamily.values()) {
      AddressRanges ranges = peers.ranges(family);
      if (ranges.isEverything()) {
        conditions.add(Matches.family(family));
        continue;
      }
      if (peers.haveSelectors()) {
        conditions.add(in(family, use(PeerSet.of(family, peers))));
      }
      if (!ranges.isEmpty()) {
        Optional<IpPrefix> prefix = ranges.asPrefix();
        conditions.add(
            prefix.isPresent() ? in(prefix.get()) : in(family, use(FixedSet.of(ranges))));
      }
    }
    return conditions;
  }

  private List<Expression> in(AddressFamily family, String set) {
    return direction == Direction.INGRESS
        ? Matches.sourceIn(family, set)
        : Matches.destinationIn(family, set);
  }

  private List<Expression> in(IpPrefix prefix) {
    return direction == Direction.INGRESS
        ? Matches.sourceIn(prefix)
        : Matches.destinationIn(prefix);
  }

  private String use(TableSet set) {
    sets.putIfAbsent(set.name(), set);
    return set.name();
  }
}
