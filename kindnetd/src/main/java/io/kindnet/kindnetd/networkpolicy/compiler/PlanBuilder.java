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

  void addPending(InetAddress address) {
    pending.add(address);
    put(PolicyTable.pending(AddressFamily.of(address)), Element.of(Value.of(address)));
  }

  /** {@code address} is of a pod of the class. */
  void add(InetAddress address, String pod, PodClass podClass) {
    AddressFamily family = AddressFamily.of(address);
    Value value = Value.of(address);
    String comment = Names.comment(pod);
    put(
        PolicyTable.classes(podClass.direction(), family),
        Element.of(value).withComment(comment).mappedTo(Verdict.jump(podClass.name())));
    put(PolicyTable.podIps(family), Element.of(value).withComment(comment));
    put(PolicyTable.self(family), Element.of(Value.concatenation(value, value)));
  }

  void add(CompiledClass compiled) {
    chains.putAll(compiled.chains());
    sets.putAll(compiled.sets());
    denials.putAll(compiled.denials());
  }

  private void put(NamedSet set, Element element) {
    Objects.requireNonNull(members.get(set.name())).put(element.key(), element);
  }

  Plan build(Map<Direction, Set<String>> isolated, int classes) {
    Map<Direction, Integer> numbers = new EnumMap<>(Direction.class);
    isolated.forEach((direction, pods) -> numbers.put(direction, pods.size()));
    return new Plan(chains, sets, members, denials, pending, numbers, classes);
  }
}
