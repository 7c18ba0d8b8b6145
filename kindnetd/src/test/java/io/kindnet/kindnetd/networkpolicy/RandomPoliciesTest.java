package io.kindnet.kindnetd.networkpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.networkpolicy.PacketWire.Packet;
import io.kindnet.kindnetd.networkpolicy.evaluator.PolicyEvaluator;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel does with packets what the evaluator says, in clusters made up at random. */
@NetworkNamespaces
class RandomPoliciesTest {
  private static final int SCENARIOS = 60;
  private static final int PACKETS = 40;

  private final Namespace node;
  private final PacketWire wire;
  private PolicyFixture fixture;

  RandomPoliciesTest(Namespace source, Namespace node, Namespace sink) {
    this.node = node;
    this.wire = new PacketWire(source, node, sink);
    this.fixture = new PolicyFixture(node);
  }

  @AfterEach
  void close() {
    fixture.close();
    wire.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void fixedSeeds(long seed) {
    play(seed);
  }

  @Test
  void anotherSeedEachTime() {
    play(System.nanoTime());
  }

  private void play(long seed) {
    RandomScenarios random = new RandomScenarios(seed);
    for (int i = 0; i < SCENARIOS; i++) {
      Scenario scenario = random.next();
      List<Packet> packets = random.packets(scenario, PACKETS);
      Optional<Packet> wrong = firstWrong(scenario, packets);
      if (wrong.isPresent()) {
        report(seed, scenario, wrong.get());
      }
    }
  }

  /** The kernel is brought from one scenario to the next, by one agent after the other. */
  private Optional<Packet> firstWrong(Scenario scenario, List<Packet> packets) {
    fixture.close();
    fixture = new PolicyFixture(node);
    fixture.show(scenario);
    fixture.listed();
    assertThat(fixture.reconcile(Pass.KERNEL)).isEmpty();
    Set<Integer> arrivals = wire.arrivals(packets);
    PolicyEvaluator evaluator = new PolicyEvaluator(scenario.state());
    for (int i = 0; i < packets.size(); i++) {
      if (NodeVerdict.isAllowed(evaluator, packets.get(i)) != arrivals.contains(i)) {
        return Optional.of(packets.get(i));
      }
    }
    return Optional.empty();
  }

  private void report(long seed, Scenario scenario, Packet packet) {
    Scenario smallest = scenario;
    boolean smaller = true;
    while (smaller) {
      smaller = false;
      for (Scenario candidate : smallest.smaller()) {
        if (firstWrong(candidate, List.of(packet)).isPresent()) {
          smallest = candidate;
          smaller = true;
          break;
        }
      }
    }
    firstWrong(smallest, List.of(packet));
    PolicyEvaluator evaluator = new PolicyEvaluator(smallest.state());
    fail(
        "seed %d: %s\nevaluator: %s\n%s\n%s",
        seed,
        packet,
        evaluator.evaluate(NodeVerdict.connection(packet)),
        smallest,
        Objects.requireNonNull(Nft.table(node, "inet", PolicyTable.TABLE.name())));
  }
}
