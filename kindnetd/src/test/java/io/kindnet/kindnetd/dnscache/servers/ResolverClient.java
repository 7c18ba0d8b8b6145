package io.kindnet.kindnetd.dnscache.servers;

import io.kindnet.kindnetd.dnscache.resolver.ClientQuery;
import io.kindnet.kindnetd.dnscache.resolver.NameServer;
import io.kindnet.kindnetd.dnscache.resolver.QueryHandler;
import io.kindnet.kindnetd.dnscache.resolver.Resolver;
import io.kindnet.kindnetd.dnscache.resolver.Responder;
import io.kindnet.kindnetd.dnscache.wire.Transport;
import io.kindnet.netlink.testing.Deadlines;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.xbill.DNS.Message;

/** Asks a resolver, and waits for the answer. */
final class ResolverClient implements Responder {
  private static final Duration DEADLINE = Deadlines.scaled(Duration.ofSeconds(60));
  private static final byte[] DECLINED = {};

  private final QueryHandler handler;
  private final BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();

  ResolverClient(Resolver resolver) {
    handler = resolver.newQueryHandler();
  }

  /** The answer to a query, which there has to be. */
  Message ask(NameServer server, Message query, Transport transport)
      throws IOException, InterruptedException {
    send(server, query, transport);
    return next();
  }

  void send(NameServer server, Message query, Transport transport) {
    ByteBuffer bytes = ByteBuffer.wrap(query.toWire());
    ByteBuffer answer = ByteBuffer.allocate(65535);
    if (handler.answer(server, transport, bytes, answer)) {
      respond(answer.flip());
    } else {
      handler.handle(new ClientQuery(server, transport, bytes), this);
    }
  }

  Message next() throws IOException, InterruptedException {
    byte[] bytes = answers.poll(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    if (bytes == null || bytes.length == 0) {
      throw new AssertionError(bytes == null ? "no answer" : "declined");
    }
    return new Message(bytes);
  }

  @Override
  public void respond(ByteBuffer answer) {
    byte[] bytes = new byte[answer.remaining()];
    answer.get(bytes);
    answers.add(bytes);
  }

  @Override
  public void decline() {
    answers.add(DECLINED);
  }
}
