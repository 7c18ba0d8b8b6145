package io.kindnet.kindnetd.dnscache.resolver;

import io.kindnet.kindnetd.dnscache.cache.AnswerCache;
import io.kindnet.kindnetd.dnscache.upstream.Upstream;
import io.kindnet.kindnetd.dnscache.upstream.UpstreamListener;
import io.kindnet.kindnetd.dnscache.wire.AnswerAddresses;
import io.kindnet.kindnetd.dnscache.wire.Dns;
import io.kindnet.kindnetd.dnscache.wire.Query;
import io.kindnet.kindnetd.dnscache.wire.Transport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The {@link Resolver}: the cache, the servers, and what is under way between them. */
public final class CachingResolver implements Resolver {
  private final ResolverOptions options;
  private final ServerListener listener;
  private final Announcements announcements;
  private final AnswerCache cache;
  private final Hits hits;
  private final Upstream upstream;
  private final UnderWay underWay;
  private final Counters counters = new Counters();
  private final Map<InetSocketAddress, CachedServer> servers = new ConcurrentHashMap<>();
  private int lastNumber;

  /** Of the thread that asks servers. */
  private final ByteBuffer scratch = ByteBuffer.allocate(Dns.LARGEST_MESSAGE);

  /**
   * @param watch is told of answers before clients get them
   */
  public CachingResolver(ResolverOptions options, ServerListener listener, AnswerWatch watch) {
    this(options, listener, watch, System::nanoTime);
  }

  /**
   * @param watch is told of answers before clients get them
   * @param nanoTime the clock by which answers expire
   */
  CachingResolver(
      ResolverOptions options, ServerListener listener, AnswerWatch watch, LongSupplier nanoTime) {
    this.options = options;
    this.listener = listener;
    announcements = new Announcements(watch);
    cache = new AnswerCache(options.cacheBytes());
    underWay = new UnderWay(options.queriesUnderWay());
    hits = new Hits(cache, counters, nanoTime, this);
    upstream = new Upstream(() -> cache.sweep(nanoTime.getAsLong()));
  }

  @Override
  public synchronized NameServer add(InetSocketAddress address) {
    CachedServer known = servers.get(address);
    if (known != null) {
      return known;
    }
    ToListener toListener = new ToListener();
    CachedServer server =
        new CachedServer(++lastNumber, upstream.add(address, options.deadline(), toListener));
    toListener.server = server;
    servers.put(address, server);
    return server;
  }

  private final class ToListener implements UpstreamListener {
    private volatile @Nullable CachedServer server;

    @Override
    public void fellSilent() {
      CachedServer about = server;
      if (about != null) {
        listener.fellSilent(about);
      }
    }

    @Override
    public void answersAgain() {
      CachedServer about = server;
      if (about != null) {
        listener.answersAgain(about);
      }
    }
  }

  @Override
  public synchronized void remove(NameServer server) {
    CachedServer gone = (CachedServer) server;
    if (servers.remove(gone.address(), gone)) {
      cache.removeServer(gone.number());
      upstream.remove(gone.upstream());
    }
  }

  @Override
  public QueryHandler newQueryHandler() {
    return new CachingQueryHandler(this);
  }

  /** Writes an answer to a query, if it can. */
  interface AnswerWriter {
    boolean write(Query query, ByteBuffer to);
  }

  /** By the thread that asks servers. */
  void respond(Responder responder, byte[] message, AnswerWriter writer) {
    Query query = new Query();
    query.read(ByteBuffer.wrap(message));
    scratch.clear();
    if (writer.write(query, scratch)) {
      responder.respond(scratch.flip());
    } else {
      decline(responder);
    }
  }

  /** Passes a query on as it is. */
  void pass(CachedServer server, byte[] message, Transport transport, Responder responder) {
    counters.passed.increment();
    if (underWay.begin()) {
      server.upstream().pass(message, transport, new PassedQuery(this, server, message, responder));
    } else {
      decline(responder);
    }
  }

  void decline(Responder responder) {
    counters.declined.increment();
    responder.decline();
  }

  int maxTtl() {
    return options.maxTtlSeconds();
  }

  Counters counters() {
    return counters;
  }

  Announcements announcements() {
    return announcements;
  }

  Hits hits() {
    return hits;
  }

  UnderWay underWay() {
    return underWay;
  }

  @Override
  public List<CachedAnswer> cached(String name) {
    return hits.listing(name, servers.values());
  }

  @Override
  public void addresses(Predicate<String> names, Consumer<AnswerAddresses> to) {
    hits.addresses(names, to);
  }

  @Override
  public ResolverStatistics statistics() {
    List<CachedServer> all = new ArrayList<>(servers.values());
    all.sort((one, other) -> Integer.compare(one.number(), other.number()));
    return new ResolverStatistics(
        counters.hits(),
        counters.stale.sum(),
        counters.misses.sum(),
        counters.passed.sum(),
        counters.declined.sum(),
        counters.refreshed.sum(),
        cache.evicted(),
        cache.entries(),
        cache.bytes(),
        all.stream().map(CachedServer::statistics).toList());
  }

  @Override
  public boolean drain(Duration timeout) throws InterruptedException {
    return underWay.awaitNone(timeout);
  }

  @Override
  public void close() {
    upstream.close();
  }
}
