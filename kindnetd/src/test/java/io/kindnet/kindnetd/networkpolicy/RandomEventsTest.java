package io.kindnet.kindnetd.networkpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.networkpolicy.PacketWire.Packet;
import io.kindnet.kindnetd.networkpolicy.PolicyFixture.KilledException;
import io.kindnet.kindnetd.networkpolicy.evaluator.PolicyEvaluator;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From one cluster to the next, in small steps and large ones, and not always to the end. */
@NetworkNamespaces
class RandomEventsTest {
  private static final int EVENTS = 150;
  private static final int UPDATES = 12;
  private static final int PACKETS = 60;

  private final PacketWire wire;
  private final PolicyFixture fixture;

  RandomEventsTest(Namespace source, Namespace node, Namespace sink) {
    this.wire = new PacketWire(source, node, sink);
    this.fixture = new PolicyFixture(node);
  }

  @AfterEach
  void close() {
    fixture.close();
    wire.close();
  }

  private long writes() {
    return fixture.nftables.requests().writes();
  }

  /** What events have made of the table is what an agent makes of it that knows only the end. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void eventsLeadToWhatAStartLeadsTo(long seed) {
    RandomScenarios random = new RandomScenarios(seed);
    Scenario scenario = random.next();
    fixture.show(scenario);
    fixture.listed();
    fixture.reconcile(Pass.KERNEL);
    for (int i = 0; i < EVENTS; i++) {
      scenario = random.changed(scenario);
      fixture.show(scenario);
      fixture.reconcile(Pass.CHANGES);
      long before = writes();
      fixture.restart();
      fixture.reconcile(Pass.KERNEL);
      assertThat(writes()).as("seed %d, event %d, of\n%s", seed, i, scenario).isEqualTo(before);
    }
  }

  /**
   * An agent that is killed, wherever that is, leaves a table that lets through what both the
   * policies before and those after let through, and nothing that neither does.
   */
  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23})
  void agentsThatAreKilled(long seed) {
    RandomScenarios random = new RandomScenarios(seed);
    Scenario before = random.next();
    fixture.small(0);
    fixture.restart();
    fixture.show(before);
    fixture.listed();
    fixture.reconcile(Pass.KERNEL);
    for (int update = 0; update < UPDATES; update++) {
      Scenario after = random.withOtherPolicies(before);
      List<Packet> packets = random.packets(after, PACKETS);
      boolean killed = true;
      for (int calls = 1; killed; calls++) {
        fixture.show(before);
        fixture.restart();
        fixture.reconcile(Pass.KERNEL);
        fixture.show(after);
        fixture.killAfter(calls);
        killed = isKilled();
        assertBetween(before, after, packets, "seed " + seed + ", killed after " + calls);
      }
      fixture.restart();
      before = after;
    }
  }

  private boolean isKilled() {
    try {
      fixture.reconcile(Pass.CHANGES);
      return false;
    } catch (KilledException killed) {
      return true;
    }
  }

  private void assertBetween(
      Scenario before, Scenario after, List<Packet> packets, String description) {
    Set<Integer> arrivals = wire.steadyArrivals(packets);
    PolicyEvaluator earlier = new PolicyEvaluator(before.state());
    PolicyEvaluator later = new PolicyEvaluator(after.state());
    for (int i = 0; i < packets.size(); i++) {
      boolean was = NodeVerdict.isAllowed(earlier, packets.get(i));
      boolean is = NodeVerdict.isAllowed(later, packets.get(i));
      if (was == is) {
        assertThat(arrivals.contains(i))
            .as("%s: %s, from\n%s\nto\n%s", description, packets.get(i), before, after)
            .isEqualTo(is);
      }
    }
  }
}
