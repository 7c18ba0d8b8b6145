package io.kindnet.kindnetd.dnscache.resolver;

import io.kindnet.kindnetd.dnscache.cache.CacheEntry;
import io.kindnet.kindnetd.dnscache.wire.AnswerAddresses;
import io.kindnet.kindnetd.dnscache.wire.MessageFormatException;
import io.kindnet.kindnetd.dnscache.wire.Messages;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an {@link AnswerWatch} of each answer that it has to know, by whichever way the answer goes
 * to clients; of a cached one once. Each entry of the cache notes for which generation that was
 * done, below zero where it does not matter, so that a hit costs one comparison. Thread-safe.
 */
final class Announcements {
  private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);

  private final AnswerWatch watch;

  Announcements(AnswerWatch watch) {
    this.watch = watch;
  }

  /** A cached answer is about to be given, which has not expired. */
  void hit(CacheEntry entry, long now) {
    int generation = watch.generation();
    if (generation == 0 || Math.abs(entry.announced()) == generation) {
      return;
    }
    if (!watch.concerns(entry.answer().nameText())) {
      entry.announced(-generation);
    } else if (watch.answering(entry.answer().addresses(entry.age(now)))) {
      entry.announced(generation);
    }
  }

  /**
   * A cached answer that has expired is about to be given, with new TTLs each time.
   *
   * @param message as the client gets it
   */
  void stale(CacheEntry entry, ByteBuffer message) {
    int generation = watch.generation();
    if (generation == 0 || entry.announced() == -generation) {
      return;
    }
    if (!watch.concerns(entry.answer().nameText())) {
      entry.announced(-generation);
      return;
    }
    try {
      var _ = watch.answering(AnswerAddresses.of(message));
    } catch (MessageFormatException e) {
      throw new IllegalStateException("these records have been read before", e);
    }
  }

  /**
   * A server has answered a plain query.
   *
   * @param name that was asked for
   * @param maxTtl the largest TTL that clients are told
   */
  void received(String name, byte[] message, int maxTtl) {
    if (watch.generation() != 0 && watch.concerns(name)) {
      read(name, message, maxTtl);
    }
  }

  /**
   * An answer is passed on as it is. Only what a server has to say to a question alone counts: one
   * that sends back what it does not understand has said nothing.
   *
   * @param query as the client has sent it
   */
  void passed(byte[] query, byte[] message) {
    if (watch.generation() == 0
        || !Messages.isOneQuestion(query)
        || !Messages.answers(query, message)) {
      return;
    }
    try {
      String name = AnswerAddresses.of(ByteBuffer.wrap(query)).name();
      if (watch.concerns(name)) {
        read(name, message, Integer.MAX_VALUE);
      }
    } catch (MessageFormatException malformed) {
      LOG.debug("a query is passed on that cannot be read: {}", malformed.getMessage());
    }
  }

  private void read(String name, byte[] message, int maxTtl) {
    if (Messages.code(message) != 0) {
      return;
    }
    try {
      AnswerAddresses answer = AnswerAddresses.of(ByteBuffer.wrap(message));
      if (answer.name().equals(name)) {
        var _ = watch.answering(answer.atMost(maxTtl));
      }
    } catch (MessageFormatException malformed) {
      LOG.debug("no addresses can be read of an answer for {}: {}", name, malformed.getMessage());
    }
  }
}
