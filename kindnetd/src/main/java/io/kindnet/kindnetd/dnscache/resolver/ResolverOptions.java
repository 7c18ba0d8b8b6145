package io.kindnet.kindnetd.dnscache.resolver;

import java.time.Duration;

/**
 * What can be chosen about a resolver.
 *
 * @param cacheBytes how much memory the cached answers may take
 * @param maxTtl for how long an answer is kept at most, and the largest TTL that a client is told
 * @param deadline for how long a server is waited for before a query is declined
 * @param queriesUnderWay how many different questions may wait for servers; more are declined
 */
public record ResolverOptions(
    long cacheBytes, Duration maxTtl, Duration deadline, int queriesUnderWay) {
  /**
   * 16 MiB, an hour, 1.8 s (RFC 8767 section 5, less than what the resolvers of clients wait),
   * 4096.
   */
  public static final ResolverOptions DEFAULTS =
      new ResolverOptions(16L << 20, Duration.ofHours(1), Duration.ofMillis(1800), 4096);

  /** The largest TTL in seconds. */
  int maxTtlSeconds() {
    return Math.clamp(maxTtl.toSeconds(), 0, Integer.MAX_VALUE);
  }
}
