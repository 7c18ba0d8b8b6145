package io.kindnet.kindnetd.networkpolicy.denials;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The connections whose packets came lately, so that one that tries again and again has one line.
 * For one thread.
 */
final class RecentConnections {
  private final int most;
  private final long quietNanos;
  private final LinkedHashMap<Object, Long> lastSeen = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param most how many are remembered; of more, those are forgotten that were quiet for longest
   * @param quietNanos a connection that was quiet for so long is a new one
   */
  RecentConnections(int most, long quietNanos) {
    this.most = most;
    this.quietNanos = quietNanos;
  }

  /**
   * Notes a packet.
   *
   * @param connection what its connection is known by
   * @param now of {@link System#nanoTime}
   * @return whether the connection is a new one
   */
  boolean isNew(Object connection, long now) {
    Long before = lastSeen.put(connection, now);
    if (lastSeen.size() > most) {
      Map.Entry<Object, Long> eldest = lastSeen.firstEntry();
      lastSeen.remove(eldest.getKey());
    }
    return before == null || now - before > quietNanos;
  }

  /** As if the last packet of {@code connection} had not come. */
  void forget(Object connection) {
    lastSeen.remove(connection);
  }
}
