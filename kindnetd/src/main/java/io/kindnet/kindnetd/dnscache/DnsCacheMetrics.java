package io.kindnet.kindnetd.dnscache;

import io.kindnet.kindnetd.dnscache.resolver.Resolver;
import io.kindnet.kindnetd.dnscache.resolver.ResolverStatistics;
import io.kindnet.kindnetd.dnscache.resolver.ServerStatistics;
import io.kindnet.kindnetd.dnscache.server.DnsServer;
import io.kindnet.kindnetd.dnscache.server.TrafficCounts;
import io.kindnet.kindnetd.status.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What the cache shows of itself; nothing before it has started. */
final class DnsCacheMetrics {
  private static final List<String> SERVER = List.of("server");

  private final Status status;
  private final Supplier<@Nullable Resolver> resolver;
  private final Supplier<@Nullable DnsServer> server;

  DnsCacheMetrics(
      Status status, Supplier<@Nullable Resolver> resolver, Supplier<@Nullable DnsServer> server) {
    this.status = status;
    this.resolver = resolver;
    this.server = server;
    answers();
    traffic();
    servers();
  }

  private void answers() {
    gauge("entries", "Answers in the cache.", ResolverStatistics::entries);
    gauge("bytes", "Memory that the answers in the cache take.", ResolverStatistics::bytes);
    status.counter(
        "kindnet_dns_cache_hits",
        "Queries answered from the cache, by what was cached.",
        List.of("kind"),
        () -> {
          Map<List<String>, Long> hits = new HashMap<>();
          ResolverStatistics now = statistics();
          if (now != null) {
            now.hits()
                .forEach((kind, count) ->
                    hits.put(List.of(kind.name().toLowerCase(Locale.ROOT)), count));
          }
          return hits;
        });
    counter(
        "stale_hits",
        "Of the hits, those with answers that had expired, while their server did not answer.",
        ResolverStatistics::stale);
    counter("misses", "Queries for which a server was asked.", ResolverStatistics::misses);
    counter("passed", "Queries passed on to a server as they were.", ResolverStatistics::passed);
    counter(
        "refreshes", "Answers asked for again before they expired.", ResolverStatistics::refreshed);
    counter(
        "evictions",
        "Answers removed for lack of space before they expired.",
        ResolverStatistics::evicted);
  }

  private void traffic() {
    status.counter(
        "kindnet_dns_cache_queries",
        "Queries that came from pods.",
        List.of("transport"),
        () -> {
          DnsServer now = server.get();
          return now == null
              ? Map.of()
              : Map.of(
                  List.of("udp"),
                  now.counts().datagrams(),
                  List.of("tcp"),
                  now.counts().messages());
        });
    traffic(
        "forwarded_queries",
        "Queries that were left to the server itself, in the client's name.",
        TrafficCounts::forwarded);
    traffic(
        "limited_queries",
        "Queries that were not looked up, since their pod had too many under way.",
        TrafficCounts::limited);
    traffic("lost", "Answers and queries that the kernel refused to send.", TrafficCounts::lost);
    traffic("connections", "TCP connections that pods have opened.", TrafficCounts::connections);
  }

  private void servers() {
    status.gauge(
        "kindnet_dns_cache_server_answers",
        "1 if the server answers, else 0.",
        SERVER,
        () -> byServer(one -> one.answers() ? 1.0 : 0.0));
    server("questions", "Questions that a server was asked.", ServerStatistics::questions);
    server("failures", "Answers of a server with SERVFAIL or REFUSED.", ServerStatistics::failures);
    server(
        "timeouts", "Questions that a server did not answer in time.", ServerStatistics::timeouts);
    server(
        "discarded", "Messages that answered nothing that was asked.", ServerStatistics::discarded);
    server("truncated", "Answers that were asked for again over TCP.", ServerStatistics::truncated);
    server("answers_received", "Questions that a server answered.", ServerStatistics::answered);
    status.gauge(
        "kindnet_dns_cache_server_latency_seconds",
        "Mean time until a server's answers came.",
        SERVER,
        () ->
            byServer(one ->
                one.answered() == 0
                    ? 0
                    : one.answerNanos() / (double) one.answered() / TimeUnit.SECONDS.toNanos(1)));
  }

  private @Nullable ResolverStatistics statistics() {
    Resolver now = resolver.get();
    return now == null ? null : now.statistics();
  }

  private void gauge(String name, String help, ToDoubleFunction<ResolverStatistics> value) {
    status.gauge(
        "kindnet_dns_cache_" + name,
        help,
        () -> {
          ResolverStatistics now = statistics();
          return now == null ? 0 : value.applyAsDouble(now);
        });
  }

  private void counter(String name, String help, ToLongFunction<ResolverStatistics> value) {
    unlabelled(
        name,
        help,
        () -> {
          ResolverStatistics now = statistics();
          return now == null ? 0 : value.applyAsLong(now);
        });
  }

  private void traffic(String name, String help, ToLongFunction<TrafficCounts> value) {
    unlabelled(
        name,
        help,
        () -> {
          DnsServer now = server.get();
          return now == null ? 0 : value.applyAsLong(now.counts());
        });
  }

  private void unlabelled(String name, String help, Supplier<Long> value) {
    status.counter(
        "kindnet_dns_cache_" + name, help, List.of(), () -> Map.of(List.of(), value.get()));
  }

  private void server(String name, String help, ToLongFunction<ServerStatistics> value) {
    status.counter(
        "kindnet_dns_cache_server_" + name, help, SERVER, () -> byServer(value::applyAsLong));
  }

  private <N> Map<List<String>, N> byServer(Function<ServerStatistics, N> value) {
    Map<List<String>, N> all = new HashMap<>();
    ResolverStatistics now = statistics();
    if (now != null) {
      for (ServerStatistics one : now.servers()) {
        all.put(List.of(DnsCacheReport.format(one.server())), value.apply(one));
      }
    }
    return all;
  }
}
