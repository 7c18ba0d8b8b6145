package io.kindnet.kindnetd.dnscache.resolver;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.dnscache.wire.Transport;
import io.kindnet.netlink.testing.Deadlines;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Message;

/** A resolver whose cache goes by a clock that the test sets, and clients that ask it. */
final class ResolverFixture implements AutoCloseable {
  /** What no test should have to wait for. */
  static final Duration LONG = Deadlines.scaled(Duration.ofSeconds(30));

  private final AtomicLong clock = new AtomicLong(1);
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final CachingResolver resolver;
  private final QueryHandler handler;

  ResolverFixture(Duration deadline) {
    this(new ResolverOptions(1 << 20, Duration.ofHours(1), deadline, 1000));
  }

  ResolverFixture(ResolverOptions options) {
    this(options, AnswerWatch.NONE);
  }

  ResolverFixture(ResolverOptions options, AnswerWatch watch) {
    ServerListener listener =
        new ServerListener() {
          @Override
          public void fellSilent(NameServer server) {
            heard.add("silent");
          }

          @Override
          public void answersAgain(NameServer server) {
            heard.add("answers");
          }
        };
    resolver = new CachingResolver(options, listener, watch, clock::get);
    handler = resolver.newQueryHandler();
  }

  /** What a client gets. */
  static final class Client implements Responder {
    private static final byte[] DECLINED = {};
    private final BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();

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

    /** The next answer, for which the client waits. */
    Message answer() throws Exception {
      byte[] bytes = bytes();
      assertThat(bytes).as("an answer, not that there is none").isNotEmpty();
      return new Message(bytes);
    }

    byte[] bytes() throws InterruptedException {
      byte[] bytes = answers.poll(LONG.toMillis(), TimeUnit.MILLISECONDS);
      assertThat(bytes).as("an answer in time").isNotNull();
      return bytes;
    }

    void assertDeclined() throws Exception {
      byte[] bytes = bytes();
      if (bytes.length > 0) {
        throw new AssertionError("answered: " + new Message(bytes));
      }
    }

    int answers() {
      return answers.size();
    }
  }

  CachingResolver resolver() {
    return resolver;
  }

  NameServer add(InetSocketAddress address) {
    return resolver.add(address);
  }

  /** Of the listener of servers. */
  List<String> heard() {
    return heard;
  }

  void passSeconds(double seconds) {
    clock.addAndGet((long) (seconds * 1e9));
  }

  Client ask(NameServer server, Message query) {
    return ask(server, Transport.UDP, query.toWire());
  }

  /** As the server of the clients does: from the cache if that is possible. */
  Client ask(NameServer server, Transport transport, byte[] query) {
    Client client = new Client();
    ByteBuffer answer = ByteBuffer.allocate(65535);
    if (handler.answer(server, transport, ByteBuffer.wrap(query), answer)) {
      client.respond(answer.flip());
    } else {
      handler.handle(new ClientQuery(server, transport, ByteBuffer.wrap(query)), client);
    }
    return client;
  }

  /** From the cache, where it has to be. */
  Message hit(NameServer server, Message query) throws IOException {
    return Objects.requireNonNull(cached(server, query), "not cached");
  }

  /** Only from the cache; null where it is not there. */
  @Nullable Message cached(NameServer server, Message query) throws IOException {
    ByteBuffer answer = ByteBuffer.allocate(65535);
    if (!handler.answer(server, Transport.UDP, ByteBuffer.wrap(query.toWire()), answer)) {
      return null;
    }
    byte[] bytes = new byte[answer.position()];
    answer.get(0, bytes);
    return new Message(bytes);
  }

  @Override
  public void close() {
    resolver.close();
  }
}
