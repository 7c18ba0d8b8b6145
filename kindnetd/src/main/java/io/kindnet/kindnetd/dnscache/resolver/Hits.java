package io.kindnet.kindnetd.dnscache.resolver;

import io.kindnet.kindnetd.dnscache.cache.AnswerCache;
import io.kindnet.kindnetd.dnscache.cache.CacheEntry;
import io.kindnet.kindnetd.dnscache.wire.Answer;
import io.kindnet.kindnetd.dnscache.wire.AnswerAddresses;
import io.kindnet.kindnetd.dnscache.wire.AnswerKind;
import io.kindnet.kindnetd.dnscache.wire.Query;
import io.kindnet.kindnetd.dnscache.wire.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Answers from the cache, fresh or stale, and what they make the resolver ask again. Thread-safe.
 */
final class Hits {
  /** From how many hits on an answer is asked for again before it expires. */
  private static final int OFTEN = 3;

  private final AnswerCache cache;
  private final Counters counters;
  private final LongSupplier nanoTime;
  private final CachingResolver resolver;

  Hits(AnswerCache cache, Counters counters, LongSupplier nanoTime, CachingResolver resolver) {
    this.cache = cache;
    this.counters = counters;
    this.nanoTime = nanoTime;
    this.resolver = resolver;
  }

  /** Answers as {@link QueryHandler#answer}: in a moment, without allocating. */
  boolean answer(CachedServer server, Query query, Transport transport, ByteBuffer to) {
    long now = nanoTime.getAsLong();
    CacheEntry entry = cache.find(server.number(), query, now);
    if (entry == null) {
      return false;
    }
    int size = query.sizeLimit(transport);
    long remaining = entry.remaining(now);
    if (remaining <= 0) {
      return !server.answers() && writeStale(entry, remaining, query, size, to);
    }
    int turn = server.reorders() ? entry.hits() & Integer.MAX_VALUE : 0;
    if (!entry.answer().write(query, size, entry.age(now), turn, to)) {
      return false;
    }
    resolver.announcements().hit(entry, now);
    entry.hit();
    counters.hit(entry.answer().kind());
    if (entry.hits() >= OFTEN && isDue(entry, remaining) && server.answers()) {
      refresh(server, entry, query);
    }
    return true;
  }

  /** Answers with what has expired, if there is something that may be used still. */
  boolean answerStale(CachedServer server, Query query, Transport transport, ByteBuffer to) {
    long now = nanoTime.getAsLong();
    CacheEntry entry = cache.find(server.number(), query, now);
    return entry != null
        && writeStale(entry, entry.remaining(now), query, query.sizeLimit(transport), to);
  }

  private boolean writeStale(
      CacheEntry entry, long remaining, Query query, int size, ByteBuffer to) {
    int start = to.position();
    if (entry.answer().kind() == AnswerKind.FAILURE
        || remaining < -TimeUnit.SECONDS.toNanos(AnswerCache.STALE_SECONDS)
        || !entry.answer().writeStale(query, size, to)) {
      return false;
    }
    resolver.announcements().stale(entry, to.slice(start, to.position() - start));
    entry.hit();
    counters.hit(entry.answer().kind());
    counters.stale.increment();
    return true;
  }

  /** In the last tenth of its time, and in the last second at least. */
  private static boolean isDue(CacheEntry entry, long remaining) {
    long last = Math.max(TimeUnit.SECONDS.toNanos(entry.ttl()) / 10, TimeUnit.SECONDS.toNanos(1));
    return remaining < last && entry.ttl() > 1 && entry.answer().kind() != AnswerKind.FAILURE;
  }

  private void refresh(CachedServer server, CacheEntry entry, Query query) {
    if (!entry.claimRefresh() || !resolver.underWay().begin()) {
      return;
    }
    String key = Lookup.key(query);
    Lookup lookup = new Lookup(resolver, server, key, query.toMessage());
    if (server.lookups().putIfAbsent(key, lookup) == null) {
      counters.refreshed.increment();
      lookup.start();
    } else {
      resolver.underWay().end();
    }
  }

  /** Keeps what a server has answered, if it may be kept. */
  void put(CachedServer server, Query query, Answer answer) {
    long now = nanoTime.getAsLong();
    CacheEntry before = cache.find(server.number(), query, now);
    if (before != null && answer.isReordered(before.answer())) {
      server.reordered();
    }
    cache.put(server.number(), query, answer, now);
  }

  /** Gives the addresses to {@code listener} that unexpired answers about certain names have. */
  void addresses(Predicate<String> names, Consumer<AnswerAddresses> listener) {
    long now = nanoTime.getAsLong();
    cache.forEach(entry -> {
      if (entry.remaining(now) > 0
          && entry.answer().kind() == AnswerKind.RECORDS
          && names.test(entry.answer().nameText())) {
        listener.accept(entry.answer().addresses(entry.age(now)));
      }
    });
  }

  /** What is cached for a name. */
  List<CachedAnswer> listing(String name, Collection<CachedServer> servers) {
    String wanted = name.toLowerCase(Locale.ROOT) + (name.endsWith(".") ? "" : ".");
    Map<Integer, CachedServer> byNumber = new HashMap<>();
    servers.forEach(server -> byNumber.put(server.number(), server));
    long now = nanoTime.getAsLong();
    List<CachedAnswer> answers = new ArrayList<>();
    cache.forEach(entry -> {
      CachedServer server = byNumber.get(entry.server());
      Answer answer = entry.answer();
      if (server != null && answer.nameText().equals(wanted)) {
        long left = TimeUnit.NANOSECONDS.toSeconds(entry.remaining(now));
        answers.add(
            new CachedAnswer(
                server.address(), wanted, answer.type(), answer.kind(), left, entry.hits()));
      }
    });
    return answers;
  }
}
