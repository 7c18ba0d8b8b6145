package io.kindnet.kindnetd.dnscache.upstream;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A question under way to a server. What changes belongs to the lock of the server. */
final class Exchange {
  /** How a question is asked. */
  enum Mode {
    /** Over UDP, again if there is no answer, and over TCP if that does not fit. */
    QUESTION,
    /** Over UDP, once, whatever the answer is. */
    PASS_UDP,
    /** Over TCP. */
    PASS_TCP,
    /** Over a connection of its own, until the server closes it. */
    TRANSFER
  }

  private static final int MOST_ATTEMPTS = 3;

  private final byte[] message;
  private final Mode mode;
  private final AnswerListener listener;
  private final long started = System.nanoTime();
  private final AtomicBoolean finished = new AtomicBoolean();

  /** Not a client's question. */
  private final boolean probe;

  int attempts;

  /** The last one through which it was sent. */
  @Nullable UdpSocket socket;

  /** Of these, those that failed at once. */
  int refusals;

  /** How often it was asked over TCP. */
  int connections;

  /** Of a transfer: its first message has come. */
  boolean begun;

  /** What there is for a client if there is nothing over TCP. */
  byte @Nullable [] truncatedAnswer;

  Exchange(byte[] message, Mode mode, boolean probe, AnswerListener listener) {
    this.message = message;
    this.mode = mode;
    this.probe = probe;
    this.listener = listener;
  }

  /** Whether all attempts were. */
  boolean refused() {
    return refusals >= attempts;
  }

  boolean overUdp() {
    return mode == Mode.QUESTION || mode == Mode.PASS_UDP;
  }

  /** How often it is sent over UDP at most. */
  int mostAttempts() {
    return switch (mode) {
      case QUESTION -> MOST_ATTEMPTS;
      case PASS_UDP -> 1;
      case PASS_TCP, TRANSFER -> -1;
    };
  }

  /** Whether it was sent as often as it may be, and each time nobody listened. */
  boolean hopeless() {
    return refused() && attempts == mostAttempts();
  }

  /**
   * How long after the start it is asked again, through another socket: a quarter and five eighths
   * of the deadline, but at once where nobody listens.
   *
   * @param deadline for the answer, in nanoseconds
   * @return nanoseconds
   */
  long due(long deadline) {
    if (refused()) {
      return 0;
    }
    return attempts == 1 ? deadline / 4 : deadline * 5 / 8;
  }

  byte[] message() {
    return message;
  }

  Mode mode() {
    return mode;
  }

  boolean probe() {
    return probe;
  }

  /** As {@link System#nanoTime}. */
  long started() {
    return started;
  }

  AnswerListener listener() {
    return listener;
  }

  /** Whether the caller is the one who tells the listener. */
  boolean finish() {
    return finished.compareAndSet(false, true);
  }

  boolean finished() {
    return finished.get();
  }
}
