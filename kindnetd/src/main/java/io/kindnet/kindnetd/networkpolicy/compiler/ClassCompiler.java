package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.kindnetd.cluster.policies.Action;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.PolicyRule;
import io.kindnet.kindnetd.cluster.policies.PolicyRules;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes the chains of a class, tier by tier. What is accepted returns to the base chain, which then
 * asks the other end of the connection.
 */
final class ClassCompiler {
  private final PodClass podClass;
  private final Function<DenyChain, List<Rule>> denyRules;
  private final RuleWriter writer;
  private final Map<String, List<Rule>> chains = new LinkedHashMap<>();
  private final Map<String, DenyChain> denials = new LinkedHashMap<>();

  private ClassCompiler(PodClass podClass, Function<DenyChain, List<Rule>> denyRules) {
    this.podClass = podClass;
    this.denyRules = denyRules;
    this.writer = new RuleWriter(podClass);
  }

  /**
   * @param denyRules gives the rules of a chain that denies, which classes share
   */
  static CompiledClass compile(PodClass podClass, Function<DenyChain, List<Rule>> denyRules) {
    return new ClassCompiler(podClass, denyRules).compile();
  }

  /** As {@link #compile} for policies that cannot be followed, whatever they say. */
  static CompiledClass deny(PodClass podClass, Function<DenyChain, List<Rule>> denyRules) {
    return new ClassCompiler(podClass, denyRules).deny();
  }

  private CompiledClass deny() {
    List<String> names = PodClass.names(podClass.policies());
    Verdict denied = deny(DenyChain.Reason.UNUSABLE, names);
    chains.put(podClass.name(), List.of(Rule.always(denied)));
    return new CompiledClass(podClass, chains, writer.sets(), denials);
  }

  private CompiledClass compile() {
    List<Rule> rules = new ArrayList<>();
    List<String> names = PodClass.names(podClass.policies());
    rules.add(Rule.always(Counter.zero()).withComment(Names.comment("pods of ", names)));
    List<Policy> admin = podClass.policies(Tier.ADMIN);
    boolean more = podClass.policies().size() > admin.size();
    // a rule that passes skips the rest of its tier, so that the others are a chain of their own
    boolean split = more && admin.stream().anyMatch(this::hasPass);
    String next = podClass.name() + "-next";
    Verdict pass = split ? Verdict.gotoChain(next) : Verdict.returnToCaller();
    boolean decided = writeTier(rules, admin, pass);
    if (!decided && more) {
      List<Rule> rest = split ? new ArrayList<>() : rules;
      writeRest(rest);
      if (split) {
        rules.add(Rule.always(Verdict.gotoChain(next)));
        chains.put(next, List.copyOf(rest));
      }
    }
    chains.put(podClass.name(), List.copyOf(rules));
    return new CompiledClass(podClass, chains, writer.sets(), denials);
  }

  private void writeRest(List<Rule> rules) {
    List<Policy> networkPolicies = podClass.policies(Tier.NETWORK_POLICY);
    if (networkPolicies.isEmpty()) {
      writeTier(rules, podClass.policies(Tier.BASELINE), Verdict.returnToCaller());
      return;
    }
    if (!writeTier(rules, networkPolicies, Verdict.returnToCaller())) {
      rules.add(Rule.always(deny(DenyChain.Reason.DEFAULT, PodClass.names(networkPolicies))));
    }
  }

  private boolean hasPass(Policy policy) {
    return rulesOf(policy).rules().stream().anyMatch(rule -> rule.action() == Action.PASS);
  }

  /** Returns whether nothing is left for the tiers behind it, since all is denied. */
  private boolean writeTier(List<Rule> rules, List<Policy> policies, Verdict pass) {
    Optional<Policy> unusable =
        policies.stream().filter(policy -> rulesOf(policy).problem().isPresent()).findFirst();
    if (unusable.isPresent()) {
      List<String> name = List.of(unusable.get().fullName());
      rules.add(Rule.always(deny(DenyChain.Reason.UNUSABLE, name)));
      return true;
    }
    RuleGroups groups = null;
    @Nullable Verdict current = null;
    for (Policy policy : policies) {
      for (PolicyRule rule : rulesOf(policy).rules()) {
        Verdict verdict = verdict(policy, rule.action(), pass);
        // rules in a row that say the same may be asked in any order
        if (groups == null || !verdict.equals(current)) {
          write(rules, groups, current);
          groups = new RuleGroups(podClass);
          current = verdict;
        }
        groups.add(policy, rule);
      }
    }
    write(rules, groups, current);
    return false;
  }

  private void write(List<Rule> rules, @Nullable RuleGroups groups, @Nullable Verdict verdict) {
    if (groups != null && verdict != null) {
      writer.write(rules, groups, verdict);
    }
  }

  private Verdict verdict(Policy policy, Action action, Verdict pass) {
    return switch (action) {
      case ACCEPT -> Verdict.returnToCaller();
      case DENY -> deny(DenyChain.Reason.RULE, List.of(policy.fullName()));
      case PASS -> pass;
    };
  }

  private Verdict deny(DenyChain.Reason reason, List<String> policies) {
    DenyChain chain = DenyChain.of(podClass.direction(), reason, policies);
    if (denials.put(chain.name(), chain) == null) {
      chains.put(chain.name(), denyRules.apply(chain));
    }
    return Verdict.gotoChain(chain.name());
  }

  private PolicyRules rulesOf(Policy policy) {
    return policy.rules(podClass.direction()).orElseThrow();
  }
}
