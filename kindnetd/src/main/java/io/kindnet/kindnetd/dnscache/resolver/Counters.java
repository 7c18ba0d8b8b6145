package io.kindnet.kindnetd.dnscache.resolver;

import io.kindnet.kindnetd.dnscache.wire.AnswerKind;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What {@link ResolverStatistics} tells of queries. */
final class Counters {
  private final LongAdder[] hits = new LongAdder[AnswerKind.values().length];
  final LongAdder stale = new LongAdder();
  final LongAdder misses = new LongAdder();
  final LongAdder passed = new LongAdder();
  final LongAdder declined = new LongAdder();
  final LongAdder refreshed = new LongAdder();

  Counters() {
    for (int i = 0; i < hits.length; i++) {
      hits[i] = new LongAdder();
    }
  }

  void hit(AnswerKind kind) {
    hits[kind.ordinal()].increment();
  }

  /** Without what is never cached. */
  Map<AnswerKind, Long> hits() {
    Map<AnswerKind, Long> byKind = new EnumMap<>(AnswerKind.class);
    for (AnswerKind kind : AnswerKind.values()) {
      if (kind != AnswerKind.OTHER) {
        byKind.put(kind, hits[kind.ordinal()].sum());
      }
    }
    return byKind;
  }
}
