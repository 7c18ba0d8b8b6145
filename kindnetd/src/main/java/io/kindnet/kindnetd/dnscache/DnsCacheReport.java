package io.kindnet.kindnetd.dnscache;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.kindnetd.dnscache.resolver.CachedAnswer;
import io.kindnet.kindnetd.dnscache.resolver.Resolver;
import io.kindnet.kindnetd.dnscache.resolver.ResolverStatistics;
import io.kindnet.kindnetd.dnscache.resolver.ServerStatistics;
import io.kindnet.kindnetd.status.BindAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What {@code kindnetd dns} prints. */
final class DnsCacheReport {
  private static final Map<Integer, String> TYPES =
      Map.ofEntries(
          Map.entry(1, "A"),
          Map.entry(2, "NS"),
          Map.entry(5, "CNAME"),
          Map.entry(6, "SOA"),
          Map.entry(12, "PTR"),
          Map.entry(15, "MX"),
          Map.entry(16, "TXT"),
          Map.entry(28, "AAAA"),
          Map.entry(33, "SRV"),
          Map.entry(64, "SVCB"),
          Map.entry(65, "HTTPS"));

  private DnsCacheReport() {}

  /**
   * The state of the servers and of the cache, and what is cached for a name.
   *
   * @param name empty for none
   */
  static String of(Resolver resolver, String name) {
    ResolverStatistics now = resolver.statistics();
    StringBuilder text = new StringBuilder();
    text.append(
        "%-28s %-9s %9s %8s %9s %10s%n"
            .formatted("SERVER", "STATE", "QUESTIONS", "FAILURES", "TIMEOUTS", "MEAN TIME"));
    for (ServerStatistics server : now.servers()) {
      text.append(line(server));
    }
    long hits = hits(now);
    long all = queries(now);
    text.append(
        "%n%d answers in %d KiB; %d of %d queries answered from the cache (%s)%n"
            .formatted(
                now.entries(),
                now.bytes() / 1024,
                hits,
                all,
                all == 0 ? "-" : String.format(Locale.ROOT, "%.1f %%", 100.0 * hits / all)));
    if (!name.isEmpty()) {
      append(text, name, resolver.cached(name));
    }
    return text.toString();
  }

  /**
   * The same for programs.
   *
   * @param name empty for none
   */
  static ObjectNode json(Resolver resolver, String name) {
    ResolverStatistics now = resolver.statistics();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode servers = json.putArray("servers");
    for (ServerStatistics server : now.servers()) {
      ObjectNode one =
          servers
              .addObject()
              .put("server", format(server.server()))
              .put("answers", server.answers())
              .put("questions", server.questions())
              .put("failures", server.failures())
              .put("timeouts", server.timeouts());
      if (server.answered() > 0) {
        one.put("meanMillis", meanMillis(server));
      }
    }
    json.put("answers", now.entries())
        .put("bytes", now.bytes())
        .put("queriesFromCache", hits(now))
        .put("queries", queries(now));
    if (!name.isEmpty()) {
      ArrayNode cached = json.putArray("cached");
      for (CachedAnswer answer : resolver.cached(name)) {
        cached
            .addObject()
            .put("name", answer.name())
            .put("type", type(answer))
            .put("answer", answer.kind().name().toLowerCase(Locale.ROOT))
            .put("expiresSeconds", answer.secondsLeft())
            .put("hits", answer.hits())
            .put("server", format(answer.server()));
      }
    }
    return json;
  }

  private static long hits(ResolverStatistics now) {
    return now.hits().values().stream().mapToLong(Long::longValue).sum();
  }

  private static long queries(ResolverStatistics now) {
    return hits(now) + now.misses() + now.passed();
  }

  private static double meanMillis(ServerStatistics server) {
    return server.answerNanos() / (double) server.answered() / TimeUnit.MILLISECONDS.toNanos(1);
  }

  private static String type(CachedAnswer answer) {
    return TYPES.getOrDefault(answer.type(), "TYPE" + answer.type());
  }

  private static String line(ServerStatistics server) {
    String mean =
        server.answered() == 0 ? "-" : String.format(Locale.ROOT, "%.2f ms", meanMillis(server));
    return "%-28s %-9s %9d %8d %9d %10s%n"
        .formatted(
            format(server.server()),
            server.answers() ? "answers" : "silent",
            server.questions(),
            server.failures(),
            server.timeouts(),
            mean);
  }

  private static void append(StringBuilder text, String name, List<CachedAnswer> answers) {
    if (answers.isEmpty()) {
      text.append("%nnothing is cached for %s%n".formatted(name));
      return;
    }
    text.append(
        "%n%-40s %-6s %-8s %8s %6s  %s%n"
            .formatted("NAME", "TYPE", "ANSWER", "EXPIRES", "HITS", "SERVER"));
    for (CachedAnswer answer : answers) {
      text.append(
          "%-40s %-6s %-8s %7ds %6d  %s%n"
              .formatted(
                  answer.name(),
                  type(answer),
                  answer.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                  answer.secondsLeft(),
                  answer.hits(),
                  format(answer.server())));
    }
  }

  /** {@code 10.96.0.10:53} or {@code [fd96::a]:53}. */
  static String format(InetSocketAddress address) {
    return BindAddress.format(address);
  }
}
