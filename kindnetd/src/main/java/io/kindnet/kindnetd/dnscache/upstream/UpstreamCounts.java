package io.kindnet.kindnetd.dnscache.upstream;

import java.util.concurrent.atomic.LongAdder;

/** What has happened with a server. Thread-safe. */
final class UpstreamCounts {
  private final LongAdder questions = new LongAdder();
  private final LongAdder answered = new LongAdder();
  private final LongAdder timeouts = new LongAdder();
  private final LongAdder answerNanos = new LongAdder();
  final LongAdder discarded = new LongAdder();
  final LongAdder truncated = new LongAdder();

  void asked(Exchange exchange) {
    if (!exchange.probe()) {
      questions.increment();
    }
  }

  void answered(Exchange exchange) {
    if (!exchange.probe()) {
      answered.increment();
      answerNanos.add(System.nanoTime() - exchange.started());
    }
  }

  void unanswered(Exchange exchange) {
    if (!exchange.probe()) {
      timeouts.increment();
    }
  }

  UpstreamStatistics statistics() {
    return new UpstreamStatistics(
        questions.sum(),
        answered.sum(),
        timeouts.sum(),
        discarded.sum(),
        truncated.sum(),
        answerNanos.sum());
  }
}
