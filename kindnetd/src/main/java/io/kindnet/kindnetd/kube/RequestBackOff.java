package io.kindnet.kindnetd.kube;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntSupplier;

/**
 * How long to wait before the next request after failures: a time that doubles up to a limit, with
 * jitter, since all nodes of a cluster lose their API server at once and must not all come back at
 * once. The limit grows with the cluster: three nodes may ask each second, thousands may not.
 */
final class RequestBackOff {
  private static final long FIRST_MILLIS = 100;
  private static final long LEAST_LIMIT_MILLIS = 800;
  private static final long MILLIS_PER_NODE = 5;
  private static final long MOST_LIMIT_MILLIS = 30_000;

  // for what the API server does not know: nobody waits for it, and all nodes ask
  private static final long ABSENT_MILLIS_PER_NODE = 20;
  private static final long ABSENT_LEAST_MILLIS = 5_000;
  private static final long ABSENT_MOST_MILLIS = 60_000;

  private final IntSupplier nodes;
  private int failures;

  /**
   * @param nodes how many machines ask the same API server
   */
  RequestBackOff(IntSupplier nodes) {
    this.nodes = nodes;
  }

  /** Something went well. */
  void reset() {
    failures = 0;
  }

  /**
   * Something failed.
   *
   * @param atLeast what the server has asked for
   * @return how long to wait now; never less than {@code atLeast}
   */
  Duration failed(Duration atLeast) {
    long limit =
        Math.clamp(nodes.getAsInt() * MILLIS_PER_NODE, LEAST_LIMIT_MILLIS, MOST_LIMIT_MILLIS);
    long millis = Math.min(limit, FIRST_MILLIS << Math.min(failures, 20));
    failures++;
    // of what the server asks for no more than is asked for, but not from all at the same moment
    long jitter = ThreadLocalRandom.current().nextLong(millis / 2 + 1);
    return atLeast.isZero()
        ? Duration.ofMillis(millis - jitter)
        : Duration.ofMillis(Math.max(atLeast.toMillis(), millis) + jitter);
  }

  /** How long to wait before asking again for what is not there; up to half as long again. */
  Duration absent() {
    long millis =
        Math.clamp(
            nodes.getAsInt() * ABSENT_MILLIS_PER_NODE, ABSENT_LEAST_MILLIS, ABSENT_MOST_MILLIS);
    return Duration.ofMillis(millis + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
  }
}
