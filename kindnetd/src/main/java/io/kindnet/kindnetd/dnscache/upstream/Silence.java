package io.kindnet.kindnetd.dnscache.upstream;

import io.kindnet.kindnetd.dnscache.wire.Messages;
import java.util.concurrent.TimeUnit;

/**
 * Whether a server answers at all. A question that it leaves unanswered says little, since it may
 * wait for others itself. So it is asked meanwhile what it has answered before (a probe); if
 * nothing at all comes, it is silent, and is asked on once a second until it answers.
 */
final class Silence {
  private static final long PROBE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final UpstreamListener listener;
  private final long deadline;
  private volatile boolean answers = true;
  private volatile long lastAnswer = System.nanoTime();
  private volatile byte[] question = Messages.rootQuestion();
  private volatile boolean probing;
  private long lastProbe = System.nanoTime() - PROBE_NANOS;

  /**
   * @param deadline of questions, in nanoseconds, within which there has to be time for a probe
   */
  Silence(UpstreamListener listener, long deadline) {
    this.listener = listener;
    this.deadline = deadline;
  }

  boolean answers() {
    return answers;
  }

  void answered(Exchange exchange, byte[] message) {
    lastAnswer = System.nanoTime();
    if (exchange.mode() == Exchange.Mode.QUESTION && Messages.code(message) == 0) {
      question = exchange.message();
    }
    if (!answers) {
      answers = true;
      listener.answersAgain();
    }
  }

  /** A question has had its time. */
  void unanswered(Exchange exchange) {
    if (answers && silentSince(exchange)) {
      answers = false;
      listener.fellSilent();
    }
  }

  /** Whether nothing has come since then. */
  boolean silentSince(Exchange exchange) {
    return lastAnswer - exchange.started() < 0;
  }

  boolean wantsProbe(long now) {
    return !answers && now - lastProbe > PROBE_NANOS;
  }

  /** Whether one is to be sent now. */
  boolean startProbe(long now) {
    if (probing || now - lastProbe < Math.min(PROBE_NANOS, deadline / 4)) {
      return false;
    }
    probing = true;
    lastProbe = now;
    return true;
  }

  byte[] question() {
    return question;
  }

  AnswerListener probe() {
    return new AnswerListener() {
      @Override
      public void answered(byte[] message) {
        probing = false;
      }

      @Override
      public void unanswered() {
        probing = false;
      }
    };
  }
}
