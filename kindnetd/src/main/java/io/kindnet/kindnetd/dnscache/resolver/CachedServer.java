package io.kindnet.kindnetd.dnscache.resolver;

import io.kindnet.kindnetd.dnscache.upstream.UpstreamServer;
import io.kindnet.kindnetd.dnscache.upstream.UpstreamStatistics;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** What the resolver knows about a name server. */
final class CachedServer implements NameServer {
  /** For how long it is believed what a server can. */
  private static final long BELIEVED_NANOS = TimeUnit.MINUTES.toNanos(10);

  private final int number;
  private final UpstreamServer upstream;
  private final Map<String, Lookup> lookups = new ConcurrentHashMap<>();
  private final LongAdder failures = new LongAdder();

  // since when it is known, as System.nanoTime; 0 where it is not
  private volatile long withoutCookies;
  private volatile long withoutExtensions;

  private volatile boolean reorders;

  CachedServer(int number, UpstreamServer upstream) {
    this.number = number;
    this.upstream = upstream;
  }

  @Override
  public InetSocketAddress address() {
    return upstream.address();
  }

  @Override
  public boolean answers() {
    return upstream.answers();
  }

  /** In the keys of the cache. */
  int number() {
    return number;
  }

  UpstreamServer upstream() {
    return upstream;
  }

  /** What it is being asked, by {@link Lookup#key}. */
  Map<String, Lookup> lookups() {
    return lookups;
  }

  /**
   * Whether it takes no notice of clients' cookies. One that sends cookies itself must be asked by
   * the client, who would not believe an answer without.
   */
  boolean ignoresCookies() {
    return believed(withoutCookies);
  }

  void sentCookie(boolean cookie) {
    withoutCookies = cookie ? 0 : System.nanoTime();
  }

  /** Whether it understands EDNS. */
  boolean extended() {
    return !believed(withoutExtensions);
  }

  void refusesExtensions() {
    withoutExtensions = System.nanoTime();
  }

  /**
   * Whether it gives the addresses of a name in different orders, so that clients share them out.
   */
  boolean reorders() {
    return reorders;
  }

  void reordered() {
    reorders = true;
  }

  private static boolean believed(long since) {
    return since != 0 && System.nanoTime() - since < BELIEVED_NANOS;
  }

  void failure() {
    failures.increment();
  }

  ServerStatistics statistics() {
    UpstreamStatistics asked = upstream.statistics();
    return new ServerStatistics(
        address(),
        answers(),
        asked.questions(),
        asked.answered(),
        failures.sum(),
        asked.timeouts(),
        asked.discarded(),
        asked.truncated(),
        asked.answerNanos());
  }

  @Override
  public String toString() {
    return upstream.address().toString();
  }
}
