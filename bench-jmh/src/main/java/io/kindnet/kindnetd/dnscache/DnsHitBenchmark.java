package io.kindnet.kindnetd.dnscache;

import io.kindnet.kindnetd.dnscache.resolver.AnswerWatch;
import io.kindnet.kindnetd.dnscache.resolver.CachingResolver;
import io.kindnet.kindnetd.dnscache.resolver.ClientQuery;
import io.kindnet.kindnetd.dnscache.resolver.NameServer;
import io.kindnet.kindnetd.dnscache.resolver.QueryHandler;
import io.kindnet.kindnetd.dnscache.resolver.Resolver;
import io.kindnet.kindnetd.dnscache.resolver.ResolverOptions;
import io.kindnet.kindnetd.dnscache.resolver.Responder;
import io.kindnet.kindnetd.dnscache.resolver.ServerListener;
import io.kindnet.kindnetd.dnscache.wire.Transport;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A query for a name that is cached, and for one that is not, without what the kernel does. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DnsHitBenchmark {
  private static final int TTL = 3600;

  /** How many names are cached. */
  @Param({"100", "10000"})
  private int names;

  private final DatagramSocket socket = open();
  private final Resolver resolver =
      new CachingResolver(ResolverOptions.DEFAULTS, new Nobody(), AnswerWatch.NONE);
  private final NameServer server =
      resolver.add((InetSocketAddress) socket.getLocalSocketAddress());
  private final QueryHandler handler = resolver.newQueryHandler();
  private final ByteBuffer answer = ByteBuffer.allocateDirect(4096);
  private ByteBuffer[] queries = {};
  private ByteBuffer absent = query("absent");
  private int next;

  /** Asks for all names once. */
  @Setup
  public void fill() throws InterruptedException {
    Thread.ofPlatform().daemon().start(this::serve);
    queries = new ByteBuffer[names];
    for (int i = 0; i < names; i++) {
      queries[i] = query("service-" + i);
      CountDownLatch answered = new CountDownLatch(1);
      handler.handle(
          new ClientQuery(server, Transport.UDP, queries[i]),
          new Responder() {
            @Override
            public void respond(ByteBuffer message) {
              answered.countDown();
            }

            @Override
            public void decline() {
              throw new IllegalStateException("not answered");
            }
          });
      answered.await();
    }
  }

  /** Ends what {@link #fill} needed. */
  @TearDown(Level.Trial)
  public void stop() {
    resolver.close();
    socket.close();
  }

  @Benchmark
  public int hit() {
    next = next + 1 == names ? 0 : next + 1;
    answer.clear();
    if (!handler.answer(server, Transport.UDP, queries[next], answer)) {
      throw new IllegalStateException("not cached");
    }
    return answer.position();
  }

  @Benchmark
  public boolean notCached() {
    return handler.answer(server, Transport.UDP, absent, answer.clear());
  }

  private static DatagramSocket open() {
    try {
      return new DatagramSocket(0, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new IllegalStateException("cannot open a socket", e);
    }
  }

  private static ByteBuffer query(String service) {
    ByteBuffer query = ByteBuffer.allocateDirect(512);
    query.putShort((short) 4711).putShort((short) 0x100).putShort((short) 1);
    query.putShort((short) 0).putShort((short) 0).putShort((short) 0);
    for (String label : (service + ".default.svc.cluster.local").split("\\.")) {
      query.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
    }
    query.put((byte) 0).putShort((short) 1).putShort((short) 1);
    return query.flip();
  }

  /** Answers each query with an address. */
  private void serve() {
    byte[] bytes = new byte[512];
    try {
      while (true) {
        DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
        socket.receive(packet);
        ByteBuffer message = ByteBuffer.wrap(bytes);
        // behind the question comes the OPT record of the resolver, whose place the answer takes
        message.putShort(2, (short) 0x8180).putShort(6, (short) 1).putShort(10, (short) 0);
        message.position(packet.getLength() - 11);
        message.putShort((short) 0xc00c).putShort((short) 1).putShort((short) 1).putInt(TTL);
        message.putShort((short) 4).put(new byte[] {10, 96, 0, 1});
        socket.send(new DatagramPacket(bytes, message.position(), packet.getSocketAddress()));
      }
    } catch (IOException closed) {
      // by the end of the benchmark
    }
  }

  private static final class Nobody implements ServerListener {
    @Override
    public void fellSilent(NameServer server) {}

    @Override
    public void answersAgain(NameServer server) {}
  }
}
