package io.kindnet.kindnetd.dnscache.resolver;

import io.kindnet.kindnetd.dnscache.upstream.AnswerListener;
import io.kindnet.kindnetd.dnscache.wire.Answer;
import io.kindnet.kindnetd.dnscache.wire.AnswerKind;
import io.kindnet.kindnetd.dnscache.wire.Dns;
import io.kindnet.kindnetd.dnscache.wire.MessageFormatException;
import io.kindnet.kindnetd.dnscache.wire.Messages;
import io.kindnet.kindnetd.dnscache.wire.Query;
import io.kindnet.kindnetd.dnscache.wire.Transport;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A question that a server is being asked, once for all who wait for the answer. */
final class Lookup implements AnswerListener {
  private static final Logger LOG = LoggerFactory.getLogger(Lookup.class);

  /** What is said to servers of the size of answers: what fits into a packet everywhere. */
  private static final int UDP_SIZE = 1232; // DNS flag day 2020

  /** Who waits, with the query as it came. */
  private static final class Waiter {
    private final byte[] message;
    private final Transport transport;
    private final Responder responder;

    Waiter(byte[] message, Transport transport, Responder responder) {
      this.message = message;
      this.transport = transport;
      this.responder = responder;
    }
  }

  private final CachingResolver resolver;
  private final CachedServer server;
  private final String key;
  private final Query query = new Query();
  private final List<Waiter> waiters = new ArrayList<>();
  private boolean finished;
  private boolean extended;

  /**
   * @param message of a plain query
   */
  Lookup(CachingResolver resolver, CachedServer server, String key, byte[] message) {
    this.resolver = resolver;
    this.server = server;
    this.key = key;
    query.read(ByteBuffer.wrap(message));
  }

  /** The same for all queries that have the same answer. */
  static String key(Query query) {
    String name = new String(query.name(), StandardCharsets.ISO_8859_1);
    return name + (char) query.type() + (char) query.keyBits();
  }

  /**
   * Has somebody more wait.
   *
   * @return false if the answer has come already
   */
  synchronized boolean add(byte[] message, Transport transport, Responder responder) {
    if (!finished) {
      waiters.add(new Waiter(message, transport, responder));
    }
    return !finished;
  }

  /** Asks the server. */
  void start() {
    extended = server.extended();
    server.upstream().ask(query.toMessage(extended ? UDP_SIZE : 0), this);
  }

  @Override
  public void answered(byte[] message) {
    int code = Messages.code(message);
    if (extended && (code == Dns.FORMERR || code == Dns.NOTIMP)) {
      // a server of before RFC 6891, perhaps; its clients would ask it without, too
      extended = false;
      server.upstream().ask(query.toMessage(0), new WithoutExtensions());
      return;
    }
    deliver(message);
  }

  /** Hears what the server says to the same question without an OPT record. */
  private final class WithoutExtensions implements AnswerListener {
    @Override
    public void answered(byte[] message) {
      int code = Messages.code(message);
      if (code != Dns.FORMERR && code != Dns.NOTIMP) {
        server.refusesExtensions();
      }
      deliver(message);
    }

    @Override
    public void unanswered() {
      Lookup.this.unanswered();
    }
  }

  private void deliver(byte[] message) {
    Answer answer;
    try {
      answer = Answer.read(message, resolver.maxTtl());
    } catch (MessageFormatException e) {
      // the server's clients may make something of it
      LOG.debug(
          "an answer of {} for {} is passed on: {}", server, query.nameText(), e.getMessage());
      finish(waiter -> resolver.pass(server, waiter.message, waiter.transport, waiter.responder));
      return;
    }
    if (answer.kind() == AnswerKind.FAILURE) {
      server.failure();
    }
    resolver.announcements().received(query.nameText(), message, resolver.maxTtl());
    resolver.hits().put(server, query, answer);
    finish(waiter ->
        resolver.respond(
            waiter.responder,
            waiter.message,
            (asked, to) -> answer.write(asked, asked.sizeLimit(waiter.transport), 0, 0, to)));
  }

  @Override
  public void unanswered() {
    finish(waiter ->
        resolver.respond(
            waiter.responder,
            waiter.message,
            (asked, to) -> resolver.hits().answerStale(server, asked, waiter.transport, to)));
  }

  private void finish(Consumer<Waiter> outcome) {
    // who comes now begins another one
    server.lookups().remove(key, this);
    List<Waiter> all;
    synchronized (this) {
      finished = true;
      all = List.copyOf(waiters);
    }
    for (Waiter waiter : all) {
      try {
        outcome.accept(waiter);
      } catch (RuntimeException e) {
        LOG.error("an answer of {} was lost", server, e);
      }
    }
    resolver.underWay().end();
  }
}
