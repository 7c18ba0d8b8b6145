package io.kindnet.kindnetd.dnscache.resolver;

import io.kindnet.kindnetd.dnscache.wire.AnswerAddresses;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Answers the queries of clients for name servers, from a cache that all of them share and from the
 * servers. Has a thread of its own, which is in the network namespace of the thread that makes it.
 * Thread-safe.
 */
public interface Resolver extends AutoCloseable {
  /** Begins to answer for a name server; the same object where it was added before. */
  NameServer add(InetSocketAddress server);

  /** Forgets a name server with its answers. Its queries under way are declined. */
  void remove(NameServer server);

  /** For one thread that receives queries. */
  QueryHandler newQueryHandler();

  /** What is cached for a name, of all types. */
  List<CachedAnswer> cached(String name);

  /**
   * The addresses in answers that are cached and have not expired.
   *
   * @param names takes a name in presentation format, in lower case, with the final dot
   */
  void addresses(Predicate<String> names, Consumer<AnswerAddresses> listener);

  ResolverStatistics statistics();

  /**
   * Waits until no query is under way.
   *
   * @return whether that was so in time
   */
  boolean drain(Duration timeout) throws InterruptedException;

  /** Declines what is under way and ends the thread. */
  @Override
  void close();
}
