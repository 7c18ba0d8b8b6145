package io.kindnet.kindnetd.dnscache.server;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/** How much each client has of something that is limited. Thread-safe. */
final class ClientCounts {
  private final int most;
  private final Map<InetAddress, Integer> counts = new HashMap<>();

  ClientCounts(int most) {
    this.most = most;
  }

  /** Counts one more; returns false, and counts nothing, where the client has its share. */
  synchronized boolean take(InetAddress client) {
    int count = counts.getOrDefault(client, 0);
    if (count >= most) {
      return false;
    }
    counts.put(client, count + 1);
    return true;
  }

  /** Counts one less. */
  synchronized void giveBack(InetAddress client) {
    counts.computeIfPresent(client, (_, count) -> count == 1 ? null : count - 1);
  }

  synchronized boolean isEmpty() {
    return counts.isEmpty();
  }
}
