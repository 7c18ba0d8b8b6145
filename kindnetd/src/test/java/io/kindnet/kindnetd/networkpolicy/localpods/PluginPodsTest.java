package io.kindnet.kindnetd.networkpolicy.localpods;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.protocol.PodIdentity;
import io.kindnet.cni.store.PolicyNamespaces;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods.PodName;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods.Snapshot;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.testing.Eventually;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PluginPodsTest {
  private static final InetAddress FOUR = IpAddresses.parse("10.244.1.5");
  private static final InetAddress SIX = IpAddresses.parse("fd00::5");
  private static final InetAddress OTHER = IpAddresses.parse("10.244.1.6");
  private static final Duration LONG = Duration.ofMinutes(2);

  private final List<Double> times = new ArrayList<>();
  private final AtomicInteger changes = new AtomicInteger();
  private final AtomicInteger written = new AtomicInteger();
  private final PluginPods pods =
      new PluginPods("node", () -> {}, written::incrementAndGet, new PendingTimes(times::add));

  PluginPodsTest() {
    pods.onChange(changes::incrementAndGet);
  }

  private static Sandbox sandbox(String key, String namespace, String name, InetAddress... ips) {
    return new Sandbox(key, new PodIdentity(namespace, name, ""), "knet" + key, List.of(ips));
  }

  @Test
  void hasWhatCallsTell() {
    pods.added(sandbox("1", "default", "web", FOUR, SIX));

    Snapshot snapshot = pods.snapshot();
    assertThat(snapshot.pods())
        .containsEntry(FOUR, new PodName("default", "web"))
        .containsEntry(SIX, new PodName("default", "web"))
        .hasSize(2);
    assertThat(pods.hostInterfaces()).containsExactly("knet1");
    assertThat(changes).hasValue(1);

    pods.removed("1");
    pods.removed("1");
    assertThat(pods.snapshot().pods()).isEmpty();
    assertThat(pods.snapshot().version()).isGreaterThan(snapshot.version());
    assertThat(changes).hasValue(2);
  }

  @Test
  void anAddressIsThatOfTheLastOneToGetIt() {
    pods.added(sandbox("1", "default", "old", FOUR));
    pods.added(sandbox("2", "default", "new", FOUR));
    assertThat(pods.snapshot().pods()).containsOnly(entry(FOUR, "new"));

    pods.removed("1");
    assertThat(pods.snapshot().pods()).containsOnly(entry(FOUR, "new"));
  }

  private static java.util.Map.Entry<InetAddress, PodName> entry(InetAddress of, String name) {
    return java.util.Map.entry(of, new PodName("default", name));
  }

  @Test
  void holdsPodsOfTheClusterThatPoliciesMaySelect() {
    pods.added(sandbox("1", "default", "web", FOUR));
    pods.added(sandbox("2", "", "", OTHER));
    assertThat(pods.selectable()).isEmpty();
    assertThat(pods.snapshot().held()).containsExactly(FOUR);

    pods.selectable(Set.of("elsewhere"));
    assertThat(pods.snapshot().held()).isEmpty();
    pods.selectable(Set.of("default"));
    assertThat(pods.snapshot().held()).containsExactly(FOUR);
    pods.selectable(Set.of("default"));
    pods.selectable(Set.of(PolicyNamespaces.ALL));
    assertThat(pods.snapshot().held()).containsExactly(FOUR);
    assertThat(pods.selectable()).contains(Set.of(PolicyNamespaces.ALL));
    assertThat(written).hasValue(3);
  }

  /** A pod that gets the address of a held one is not held for that. */
  @Test
  void holdsTheLastOneOnly() {
    pods.added(sandbox("1", "default", "web", FOUR));
    pods.added(sandbox("2", "", "", FOUR));

    assertThat(pods.snapshot().held()).isEmpty();
  }

  @Test
  void whatCallsTellMeanwhileIsNewerThanTheDatabase() {
    pods.added(sandbox("1", "default", "one", FOUR));
    pods.beginReading();
    pods.removed("1");
    pods.added(sandbox("2", "default", "two", OTHER));
    pods.endReading(List.of(sandbox("1", "default", "one", FOUR), sandbox("3", "a", "b", SIX)));

    assertThat(pods.snapshot().pods())
        .containsEntry(OTHER, new PodName("default", "two"))
        .containsEntry(SIX, new PodName("a", "b"))
        .hasSize(2);

    pods.beginReading();
    pods.endReading(List.of(sandbox("3", "a", "b", SIX)));
    assertThat(pods.snapshot().pods()).hasSize(1);
    int before = changes.get();
    pods.beginReading();
    pods.endReading(List.of(sandbox("3", "a", "b", SIX)));
    assertThat(changes).hasValue(before);
  }

  @Test
  void anUnreadableDatabaseChangesNothing() {
    pods.added(sandbox("1", "default", "one", FOUR));
    pods.beginReading();
    pods.failReading();

    assertThat(pods.snapshot().pods()).hasSize(1);
  }

  @Test
  void callsWaitUntilTheKernelHasWhatTheirPodCallsFor() throws Exception {
    Sandbox sandbox = sandbox("1", "default", "web", FOUR);
    Snapshot before = pods.snapshot();
    pods.added(sandbox);
    assertThat(pods.isEnforced()).isFalse();
    assertThat(pods.awaitApplied(sandbox, System.nanoTime())).isFalse();
    pods.applied(before, Set.of());
    assertThat(pods.isEnforced()).isTrue();
    assertThat(pods.awaitApplied(sandbox, System.nanoTime())).isFalse();

    CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> awaitInForce(sandbox));
    Snapshot snapshot = pods.snapshot();
    pods.applied(snapshot, Set.of(FOUR));
    assertThat(pods.awaitApplied(sandbox, System.nanoTime())).isTrue();
    assertThat(pods.pendingPods()).isOne();
    assertThat(pods.awaitInForce(sandbox, System.nanoTime())).isFalse();
    assertThat(waiting).isNotDone();

    pods.applied(snapshot, Set.of());
    Eventually.within(LONG, () -> assertThat(waiting).isCompletedWithValue(true));
    assertThat(pods.pendingPods()).isZero();
    assertThat(times).hasSize(1);
  }

  private boolean awaitInForce(Sandbox sandbox) {
    try {
      return pods.awaitInForce(sandbox, System.nanoTime() + LONG.toNanos());
    } catch (InterruptedException stopped) {
      throw new AssertionError(stopped);
    }
  }

  @Test
  void aPodThatEndsIsPendingNoMore() {
    pods.added(sandbox("1", "default", "web", FOUR, SIX));
    pods.applied(pods.snapshot(), Set.of(FOUR, SIX));
    assertThat(pods.pendingPods()).isOne();
    assertThat(times).isEmpty();

    pods.removed("1");
    assertThat(pods.pendingPods()).isZero();
    pods.applied(pods.snapshot(), Set.of());
    assertThat(times).hasSize(1);
  }
}
