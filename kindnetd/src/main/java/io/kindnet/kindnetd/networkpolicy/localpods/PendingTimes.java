package io.kindnet.kindnetd.networkpolicy.localpods;

import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleConsumer;

/** Measures how long each pod is pending, until its policies are in force or it ends. */
final class PendingTimes {
  private final DoubleConsumer seconds;

  /** Since when, in the time of {@link System#nanoTime}, by the sandbox's key. */
  private final Map<String, Long> since = new HashMap<>();

  /**
   * @param seconds is given each time, in seconds
   */
  PendingTimes(DoubleConsumer seconds) {
    this.seconds = seconds;
  }

  static PendingTimes unobserved() {
    return new PendingTimes(time -> {});
  }

  /** These are the pods, and the addresses that are pending, from now on. */
  void observe(Collection<Sandbox> sandboxes, Set<InetAddress> pending) {
    if (pending.isEmpty() && since.isEmpty()) {
      return;
    }
    long now = System.nanoTime();
    Set<String> still = new HashSet<>();
    for (Sandbox sandbox : sandboxes) {
      for (InetAddress address : sandbox.addresses()) {
        if (pending.contains(address)) {
          still.add(sandbox.key());
          since.putIfAbsent(sandbox.key(), now);
        }
      }
    }
    since
        .entrySet()
        .removeIf(each -> {
          boolean over = !still.contains(each.getKey());
          if (over) {
            seconds.accept((now - each.getValue()) / (double) TimeUnit.SECONDS.toNanos(1));
          }
          return over;
        });
  }
}
