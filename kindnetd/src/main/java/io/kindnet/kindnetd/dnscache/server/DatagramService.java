package io.kindnet.kindnetd.dnscache.server;

import io.kindnet.kindnetd.dnscache.resolver.QueryHandler;
import io.kindnet.kindnetd.dnscache.wire.Transport;
import io.kindnet.netlink.libc.AddressedDatagrams;
import io.kindnet.netlink.libc.DatagramServer;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.unix.Poller;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what comes over UDP. What is in the cache is answered many at a time, without an object
 * for each.
 */
final class DatagramService implements EndpointService<Endpoint> {
  private static final Logger log = LoggerFactory.getLogger(DatagramService.class);
  private static final int BATCH = 32;
  private static final int LONGEST_QUERY = 8192;
  private static final int LONGEST_BATCHED_ANSWER = 4096;

  private final Poller<Endpoint> poller;
  private final QueryHandler handler;
  private final Questions questions;
  private final TrafficCounts counts;
  private final List<Endpoint> endpoints = new ArrayList<>();
  private final AddressedDatagrams received = new AddressedDatagrams(BATCH, LONGEST_QUERY);
  private final AddressedDatagrams answers = new AddressedDatagrams(BATCH, LONGEST_BATCHED_ANSWER);

  DatagramService(Poller<Endpoint> poller, Questions questions) {
    this.poller = poller;
    this.handler = questions.handler();
    this.questions = questions;
    this.counts = questions.counts();
  }

  @Override
  public void open(Endpoint endpoint) {
    poller.add(endpoint.datagrams().number(), endpoint);
    endpoints.add(endpoint);
  }

  @Override
  public Duration timeout() {
    return isAnyRetired() ? SETTLE : LONG;
  }

  @Override
  public void review() {
    if (isAnyRetired()) {
      endpoints.removeIf(this::closeIfDone);
    }
  }

  private boolean isAnyRetired() {
    for (Endpoint endpoint : endpoints) {
      if (endpoint.isRetired()) {
        return true;
      }
    }
    return false;
  }

  /** What is on its way through the kernel still comes. */
  private boolean closeIfDone(Endpoint endpoint) {
    boolean done =
        endpoint.isRetired() && endpoint.isIdle() && endpoint.quietNanos() > SETTLE.toNanos();
    if (done) {
      close(endpoint);
    }
    return done;
  }

  private void close(Endpoint endpoint) {
    poller.remove(endpoint.datagrams().number());
    endpoint.datagrams().close();
    endpoint.closed();
  }

  @Override
  public void serve(Endpoint endpoint) {
    try {
      while (endpoint.datagrams().receive(received) > 0) {
        counts.datagrams.add(received.count());
        endpoint.used();
        for (int i = 0; i < received.count(); i++) {
          answer(endpoint, i);
        }
        counts.lost.add(endpoint.datagrams().send(answers));
        if (received.count() < BATCH) {
          return; // the rest, if any, after the others
        }
      }
    } catch (KernelException refused) {
      log.debug("DNS over UDP", refused);
    }
  }

  private void answer(Endpoint endpoint, int index) {
    ByteBuffer query = received.message(index);
    try {
      ByteBuffer answer = answers.next();
      if (answer != null && handler.answer(endpoint.server(), Transport.UDP, query, answer)) {
        answers.addReply(received, index);
      } else {
        ask(endpoint, query, received.source(index));
      }
    } catch (RuntimeException bug) {
      log.error("a query of {} is left to the server", received.source(index), bug);
      forward(endpoint, received.source(index), copy(query));
    }
  }

  private void ask(Endpoint endpoint, ByteBuffer query, InetSocketAddress client) {
    ByteBuffer copy = copy(query);
    questions.ask(
        endpoint,
        client,
        Transport.UDP,
        query,
        answer -> respond(endpoint, client, answer),
        () -> forward(endpoint, client, copy),
        () -> {});
  }

  private void respond(Endpoint endpoint, InetSocketAddress client, ByteBuffer answer) {
    try {
      if (!endpoint.datagrams().send(answer, client)) {
        counts.lost.increment();
      }
    } catch (IllegalStateException closed) {
      counts.lost.increment();
    }
  }

  /** Has the server itself answer: it gets the query from the client's address. */
  private void forward(Endpoint endpoint, InetSocketAddress client, ByteBuffer query) {
    try {
      DatagramServer.forward(client, endpoint.server().address(), query);
      counts.forwarded.increment();
    } catch (KernelException refused) {
      counts.lost.increment();
      log.debug("a query is lost", refused);
    }
  }

  private static ByteBuffer copy(ByteBuffer query) {
    byte[] bytes = new byte[query.remaining()];
    query.get(query.position(), bytes);
    return ByteBuffer.wrap(bytes);
  }

  @Override
  public void close() {
    endpoints.forEach(this::close);
  }
}
