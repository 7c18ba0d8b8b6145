package io.kindnet.kindnetd.trace;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Whose packets are traced.
 *
 * @param pod the addresses of the pod, one of each family at the most
 * @param peers the addresses of the other side; empty for any
 * @param protocol {@code IPPROTO_}; empty for any
 * @param port of whoever answers, as the one who began addresses it; empty for any
 * @param count after how many packets it ends
 * @param timeout after which it ends
 */
public record TraceQuestion(
    Set<InetAddress> pod,
    Set<InetAddress> peers,
    Optional<Integer> protocol,
    Optional<Integer> port,
    int count,
    Duration timeout) {
  /** Copies the sets. */
  public TraceQuestion {
    pod = Set.copyOf(pod);
    peers = Set.copyOf(peers);
  }
}
