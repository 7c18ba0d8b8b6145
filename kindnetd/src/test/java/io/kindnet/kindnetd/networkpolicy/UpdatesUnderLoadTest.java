package io.kindnet.kindnetd.networkpolicy;

import static io.kindnet.kindnetd.networkpolicy.PolicySamples.allow;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.block;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.egressPolicy;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.ingressPolicy;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.labels;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.pod;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.pods;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.selector;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.cluster.policies.Peer;
import io.kindnet.kindnetd.cluster.policies.PolicyRule;
import io.kindnet.kindnetd.networkpolicy.PacketWire.Packet;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * While policies, pods and agents change, what all of them allow is not lost, and what none of them
 * allows does not pass: each packet is counted.
 */
@NetworkNamespaces
class UpdatesUnderLoadTest {
  private static final int UPDATES = 1500;
  private static final int BATCH = 100;

  private static final Packet ALLOWED = packet("10.244.0.2", "10.244.0.3", 80);
  private static final Packet DENIED = packet("10.244.0.2", "10.244.0.3", 22);
  private static final Packet DENIED_OUT = packet("10.244.0.3", "203.0.113.7", 80);

  private final PacketWire wire;
  private final PolicyFixture fixture;
  private final Random random = new Random(31);
  private final AtomicBoolean ended = new AtomicBoolean();

  UpdatesUnderLoadTest(Namespace source, Namespace node, Namespace sink) {
    this.wire = new PacketWire(source, node, sink);
    this.fixture = new PolicyFixture(node);
  }

  @AfterEach
  void close() {
    fixture.close();
    wire.close();
  }

  private static Packet packet(String source, String destination, int port) {
    return new Packet(IpAddresses.parse(source), IpAddresses.parse(destination), 6, port);
  }

  @Test
  void eachPacketIsCounted() {
    fixture.putNamespace("a", labels("kubernetes.io/metadata.name", "a"));
    fixture.putLocal(pod("a", "client", labels("app", "client"), "self", "10.244.0.2", "fd00::2"));
    fixture.putLocal(pod("a", "server", labels("app", "server"), "self", "10.244.0.3", "fd00::3"));
    update();
    fixture.listed();
    fixture.reconcile(Pass.KERNEL);
    CompletableFuture<Integer> load = CompletableFuture.supplyAsync(this::load);
    try {
      for (int i = 0; i < UPDATES && !load.isDone(); i++) {
        update();
        if (random.nextInt(10) == 0) {
          fixture.small(random.nextBoolean() ? 0 : 512 * 1024);
          fixture.restart();
          fixture.reconcile(Pass.KERNEL);
        } else {
          fixture.reconcile(Pass.CHANGES);
        }
      }
    } finally {
      ended.set(true);
    }
    assertThat(load.join()).as("packets").isGreaterThan(1000);
  }

  /** Returns how many packets were sent. */
  private int load() {
    List<Packet> packets = new ArrayList<>();
    Set<Integer> expected = new HashSet<>();
    for (int i = 0; i < BATCH; i++) {
      if (i % 2 == 0) {
        expected.add(i);
      }
      packets.add(i % 2 == 0 ? ALLOWED : i % 4 == 1 ? DENIED : DENIED_OUT);
    }
    int sent = 0;
    while (!ended.get()) {
      assertThat(wire.arrivals(packets)).isEqualTo(expected);
      sent += packets.size();
    }
    return sent;
  }

  /** Whatever is chosen, port 80 of the server is open to the client, and nothing else is. */
  private void update() {
    List<PolicyRule> rules = new ArrayList<>();
    if (random.nextBoolean()) {
      List<Peer> peers = new ArrayList<>(List.of(pods("a", selector("app", "client"))));
      if (random.nextBoolean()) {
        peers.add(block("172." + random.nextInt(16, 32) + ".0.0/16"));
      }
      rules.add(allow(peers, tcp(80)));
    } else {
      rules.add(allow(List.of(block("10.244.0.0/16", "10.244.9.0/24")), tcp(80)));
    }
    if (random.nextBoolean()) {
      rules.add(allow(List.of(block("198.18." + random.nextInt(4) + ".0/24"))));
    }
    fixture.put(
        ingressPolicy("a", "server", selector("app", "server"), rules.toArray(PolicyRule[]::new)));
    fixture.put(
        egressPolicy(
            "a",
            "out",
            random.nextBoolean() ? selector("app", "server") : selector(),
            allow(List.of(pods("a", selector())), tcp(80)),
            allow(List.of(block("198.51.100." + random.nextInt(4) + "/32")))));
    // another class for the same pod, and back
    if (random.nextBoolean()) {
      fixture.put(
          ingressPolicy(
              "a",
              "more",
              selector("app", "server"),
              allow(List.of(block("198.19." + random.nextInt(4) + ".0/24")), tcp(80))));
    } else {
      fixture.remove(ingressPolicy("a", "more", selector("app", "server")));
    }
    int other = random.nextInt(20);
    String name = "other" + other;
    if (random.nextBoolean()) {
      fixture.put(pod("a", name, labels("app", "client"), "n1", "10.244.1." + (2 + other)));
    } else {
      fixture.removePod("a/" + name);
    }
  }
}
