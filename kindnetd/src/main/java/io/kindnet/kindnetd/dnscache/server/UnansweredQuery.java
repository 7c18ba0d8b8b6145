package io.kindnet.kindnetd.dnscache.server;

import io.kindnet.kindnetd.dnscache.resolver.Responder;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A query whose answer is on its way, from when it is asked until it has an answer or none. */
final class UnansweredQuery implements Responder {
  private final Consumer<ByteBuffer> answered;
  private final Runnable declined;
  private final Runnable ended;
  private final AtomicBoolean done = new AtomicBoolean();

  /**
   * @param answered is given each message of the answer
   * @param declined runs if there is none
   * @param ended runs once, after the first of these
   */
  UnansweredQuery(Consumer<ByteBuffer> answered, Runnable declined, Runnable ended) {
    this.answered = answered;
    this.declined = declined;
    this.ended = ended;
  }

  @Override
  public void respond(ByteBuffer answer) {
    try {
      answered.accept(answer);
    } finally {
      end();
    }
  }

  @Override
  public void decline() {
    if (!done.get()) {
      try {
        declined.run();
      } finally {
        end();
      }
    }
  }

  private void end() {
    if (done.compareAndSet(false, true)) {
      ended.run();
    }
  }
}
