package io.kindnet.kindnetd.networkpolicy.compiler;

import static io.kindnet.kindnetd.networkpolicy.PolicySamples.allow;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.block;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.ingressPolicy;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.pods;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.selector;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.cluster.policies.LabelRequirement;
import io.kindnet.kindnetd.cluster.policies.LabelRequirement.Operator;
import io.kindnet.kindnetd.cluster.policies.LabelSelector;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.PolicyRule;
import io.kindnet.netlink.nftables.Rule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClassCompilerTest {
  private static final LabelSelector ALL = LabelSelector.EVERYTHING;

  private static CompiledClass compile(Policy... policies) {
    PodClass podClass = PodClass.of(Direction.INGRESS, List.of(policies), Map.of());
    return ClassCompiler.compile(podClass, chain -> chain.rules(LogRule.NONE));
  }

  private static List<Rule> rules(CompiledClass compiled) {
    return Objects.requireNonNull(compiled.chains().get(compiled.podClass().name()));
  }

  /** One look-up goes through the peers of all of them. */
  @Test
  void rulesWithTheSamePortsAreOne() {
    List<PolicyRule> rules = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      rules.add(allow(List.of(pods("a", selector("app", "app" + i))), tcp(80)));
    }
    CompiledClass compiled =
        compile(ingressPolicy("a", "many", ALL, rules.toArray(PolicyRule[]::new)));
    // the counter, one rule for each family, the way to the chain that denies
    assertThat(rules(compiled)).hasSize(4);
    assertThat(compiled.sets()).hasSize(2);
  }

  @Test
  void policiesWithTheSamePeersShareSets() {
    CompiledClass one =
        compile(ingressPolicy("a", "one", ALL, allow(List.of(pods("b", ALL)), tcp(80))));
    CompiledClass other =
        compile(ingressPolicy("c", "other", ALL, allow(List.of(pods("b", ALL)), tcp(443))));
    assertThat(one.sets().keySet()).isEqualTo(other.sets().keySet());
    assertThat(one.podClass().name()).isNotEqualTo(other.podClass().name());
  }

  /** In whatever order selectors and blocks are written. */
  @Test
  void setsAreNamedAfterWhatTheyMean() {
    CompiledClass one =
        compile(
            ingressPolicy(
                "a",
                "one",
                ALL,
                allow(
                    List.of(
                        pods("b", selector("x", "1", "y", "2")),
                        pods("c", ALL),
                        block("10.0.0.0/25"),
                        block("10.0.0.128/25", "10.0.0.255/32")))));
    CompiledClass other =
        compile(
            ingressPolicy(
                "a",
                "one",
                ALL,
                allow(
                    List.of(
                        block("10.0.0.0/24", "10.0.0.255/32"),
                        pods("c", ALL),
                        pods("b", selector("y", "2", "x", "1"))))));
    assertThat(one.sets().keySet()).isEqualTo(other.sets().keySet()).hasSize(3);
  }

  /** So that no element of a map changes with it. */
  @Test
  void aChainKeepsItsNameWhateverItsPolicySays() {
    CompiledClass one = compile(ingressPolicy("a", "one", ALL));
    CompiledClass other = compile(ingressPolicy("a", "one", ALL, allow(List.of())));
    assertThat(one.chains().keySet()).isEqualTo(other.chains().keySet());
    assertThat(rules(one)).isNotEqualTo(rules(other));
  }

  @Test
  void allAddressesAreNotLookedUp() {
    CompiledClass compiled =
        compile(
            ingressPolicy(
                "a", "world", ALL, allow(List.of(block("0.0.0.0/0"), block("::/0")), tcp(80))));
    assertThat(rules(compiled)).hasSize(3);
    assertThat(compiled.sets()).isEmpty();
  }

  /** However alike they look as text. */
  @Test
  void selectorsThatMeanDifferentPodsHaveSetsOfTheirOwn() {
    List<LabelSelector> selectors =
        List.of(
            ALL,
            new LabelSelector(
                Map.of(), List.of(new LabelRequirement("all", Operator.EXISTS, List.of()))),
            selector("a", "b", "c", "d"),
            selector("a", "b,c=d"),
            selector("a", "b in c"));
    Set<String> names = new HashSet<>();
    for (LabelSelector selector : selectors) {
      names.addAll(
          compile(ingressPolicy("a", "one", ALL, allow(List.of(pods("b", selector)))))
              .sets()
              .keySet());
    }
    assertThat(names).hasSize(2 * selectors.size());
  }
}
