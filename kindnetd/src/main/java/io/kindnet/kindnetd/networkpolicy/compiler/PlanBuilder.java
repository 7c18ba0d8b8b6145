package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.networkpolicy.PolicyTable;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.expr.Value;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/** Collects a plan. */
final class PlanBuilder {
  private final Map<String, List<Rule>> chains = new HashMap<>();
  private final Map<String, TableSet> sets = new HashMap<>();
  private final Map<String, Map<Value, Element>> members = new HashMap<>();
  private final Map<String, DenyChain> denials = new HashMap<>();
  private final Set<InetAddress> pending = new HashSet<>();
  private final Set<InetAddress> unrestricted = new HashSet<>();

  PlanBuilder(Function<DenyChain, List<Rule>> denyRules) {
    for (NamedSet set : PolicyTable.fixedSets()) {
      members.put(set.name(), new HashMap<>());
    }
    for (Direction direction : Direction.values()) {
      DenyChain chain = DenyChain.pending(direction);
      denials.put(chain.name(), chain);
      chains.put(chain.name(), denyRules.apply(chain));
    }
  }

  /** An element of one of the fixed sets. */
  record Member(String set, Element element) {}

  void addPending(InetAddress address) {
    pending.add(address);
    NamedSet set = PolicyTable.pending(AddressFamily.of(address));
    add(new Member(set.name(), Element.of(Value.of(address))));
  }

  /** An address of a pod that no policy selects. */
  void addUnrestricted(InetAddress address) {
    unrestricted.add(address);
  }

  /** What {@code address} is in the table, which is of a pod of these classes. */
  static List<Member> members(InetAddress address, String pod, Collection<PodClass> classes) {
    if (classes.isEmpty()) {
      return List.of();
    }
    AddressFamily family = AddressFamily.of(address);
    Value value = Value.of(address);
    Element key = Element.of(value).withComment(Names.comment(pod));
    Element pair = Element.of(Value.concatenation(value, value));
    List<Member> members = new ArrayList<>();
    members.add(new Member(PolicyTable.podIps(family).name(), key));
    members.add(new Member(PolicyTable.self(family).name(), pair));
    for (PodClass podClass : classes) {
      members.add(
          new Member(
              PolicyTable.classes(podClass.direction(), family).name(),
              key.mappedTo(toClass(podClass))));
    }
    return members;
  }

  /** The class for what a pod sends is followed by that for what its peer receives. */
  private static Verdict toClass(PodClass podClass) {
    return podClass.direction() == Direction.EGRESS
        ? Verdict.jump(podClass.name())
        : Verdict.gotoChain(podClass.name());
  }

  void add(Member member) {
    Objects.requireNonNull(members.get(member.set)).put(member.element.key(), member.element);
  }

  void add(CompiledClass compiled) {
    chains.putAll(compiled.chains());
    sets.putAll(compiled.sets());
    denials.putAll(compiled.denials());
  }

  Plan build(Map<Direction, Set<String>> isolated, int classes) {
    Map<Direction, Integer> numbers = new EnumMap<>(Direction.class);
    isolated.forEach((direction, pods) -> numbers.put(direction, pods.size()));
    unrestricted.removeAll(pending);
    return new Plan(chains, sets, members, denials, pending, unrestricted, numbers, classes);
  }
}
