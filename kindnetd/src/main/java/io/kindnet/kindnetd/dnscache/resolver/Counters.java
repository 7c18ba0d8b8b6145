package io.kindnet.kindnetd.dnscache.resolver;

import io.kindnet.kindnetd.dnscache.wire.AnswerKind;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What {@link ResolverStatistics} tells of queries. */
final class Counters {
  private final Map<AnswerKind, LongAdder> hits = new EnumMap<>(AnswerKind.class);
  final LongAdder stale = new LongAdder();
  final LongAdder misses = new LongAdder();
  final LongAdder passed = new LongAdder();
  final LongAdder declined = new LongAdder();
  final LongAdder refreshed = new LongAdder();

  Counters() {
    for (AnswerKind kind : AnswerKind.values()) {
      if (kind != AnswerKind.OTHER) {
        hits.put(kind, new LongAdder());
      }
    }
  }

  /**
   * @param kind never {@link AnswerKind#OTHER}, which is not cached
   */
  void hit(AnswerKind kind) {
    LongAdder count = hits.get(kind);
    if (count != null) {
      count.increment();
    }
  }

  Map<AnswerKind, Long> hits() {
    Map<AnswerKind, Long> sums = new EnumMap<>(AnswerKind.class);
    hits.forEach((kind, count) -> sums.put(kind, count.sum()));
    return sums;
  }
}
