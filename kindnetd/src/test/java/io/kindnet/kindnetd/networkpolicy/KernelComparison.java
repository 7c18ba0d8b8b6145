package io.kindnet.kindnetd.networkpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.networkpolicy.PacketWire.Packet;
import io.kindnet.kindnetd.networkpolicy.evaluator.PolicyEvaluator;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Nft;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Sends packets through the kernel and asks the evaluator what had to become of them. */
final class KernelComparison implements AutoCloseable {
  private static final int SCENARIOS = 60;
  private static final int PACKETS = 40;

  private final Namespace node;
  private final PacketWire wire;
  private PolicyFixture fixture;

  KernelComparison(Namespace source, Namespace node, Namespace sink) {
    this.node = node;
    this.wire = new PacketWire(source, node, sink);
    this.fixture = new PolicyFixture(node);
  }

  /**
   * Tries clusters that {@code seed} stands for.
   *
   * @return how many packets were sent
   * @throws AssertionError with the smallest case, if one fails
   */
  int play(long seed) {
    RandomScenarios random = RandomScenarios.withDomainNames(seed);
    for (int i = 0; i < SCENARIOS; i++) {
      Scenario scenario = random.next();
      List<Packet> packets = random.packets(scenario, PACKETS);
      Optional<Packet> wrong = firstWrong(scenario, packets);
      if (wrong.isPresent()) {
        report(seed, scenario, wrong.get());
      }
    }
    return SCENARIOS * PACKETS;
  }

  /** The kernel is brought from one scenario to the next, by one agent after the other. */
  private Optional<Packet> firstWrong(Scenario scenario, List<Packet> packets) {
    fixture.close();
    fixture = new PolicyFixture(node);
    fixture.show(scenario);
    fixture.listed();
    Map<String, Set<InetAddress>> before = new HashMap<>();
    Map<String, Set<InetAddress>> afterwards = new HashMap<>();
    scenario
        .answers()
        .forEach((name, addresses) ->
            (before.size() > afterwards.size() ? afterwards : before).put(name, addresses));
    fixture.cached(before);
    assertThat(fixture.reconcile(Pass.KERNEL)).isEmpty();
    afterwards.forEach(fixture::answer);
    Set<Integer> arrivals = wire.steadyArrivals(packets);
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
        Nft.table(node, "inet", PolicyTable.TABLE.name()));
  }

  @Override
  public void close() {
    fixture.close();
    wire.close();
  }
}
