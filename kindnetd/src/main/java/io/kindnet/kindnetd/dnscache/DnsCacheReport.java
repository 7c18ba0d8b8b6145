package io.kindnet.kindnetd.dnscache;

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
    long hits = now.hits().values().stream().mapToLong(Long::longValue).sum();
    long all = hits + now.misses() + now.passed();
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

  private static String line(ServerStatistics server) {
    String mean =
        server.answered() == 0
            ? "-"
            : String.format(
                Locale.ROOT,
                "%.2f ms",
                server.answerNanos()
                    / (double) server.answered()
                    / TimeUnit.MILLISECONDS.toNanos(1));
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
                  TYPES.getOrDefault(answer.type(), "TYPE" + answer.type()),
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
