package io.kindnet.kindnetd.dnscache;

import static io.kindnet.kindnetd.dnscache.Answers.query;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.xbill.DNS.Type;

/**
 * Queries of a pod at an even pace, some for names that were asked for before and some for new
 * ones, over several sockets as many processes do.
 */
final class DnsLoad implements AutoCloseable {
  private static final int SOCKETS = 8;
  private static final int NAMES = 50;
  private static final int NEW_NAME_EACH = 20;

  /** One record behind the question, whose name it has: A, class IN, TTL 60. */
  private static final byte[] RECORD = {
    (byte) 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, (byte) 192, 0, 2, 1
  };

  private final List<DatagramSocket> sockets = new ArrayList<>();
  private final ConcurrentMap<Long, Sent> unanswered = new ConcurrentHashMap<>();
  private final AtomicLong answered = new AtomicLong();
  private final Thread sender;
  private volatile boolean sending = true;
  private final AtomicLong sent = new AtomicLong();

  private static final class Sent {
    private final long number;
    private final byte[] message;

    Sent(long number, byte[] message) {
      this.number = number;
      this.message = message;
    }
  }

  DnsLoad(DnsClient client, InetAddress address, int perSecond) throws IOException {
    InetSocketAddress server = new InetSocketAddress(address, 53);
    for (int i = 0; i < SOCKETS; i++) {
      DatagramSocket socket = client.datagramSocket();
      socket.setSoTimeout(0);
      socket.setReceiveBufferSize(4 << 20);
      socket.connect(server);
      sockets.add(socket);
      int number = i;
      Thread.ofPlatform().daemon().start(() -> receive(number));
    }
    sender = Thread.ofPlatform().daemon().start(() -> send(perSecond));
  }

  private void send(int perSecond) {
    List<byte[]> known =
        IntStream.range(0, NAMES)
            .mapToObj(i -> query("name-" + i + ".example.", Type.A).toWire())
            .toList();
    long gap = Duration.ofSeconds(1).toNanos() / perSecond;
    long next = System.nanoTime();
    try {
      while (sending) {
        long number = sent.get();
        int socket = (int) (number % SOCKETS);
        int id = (int) (number / SOCKETS % 0x10000);
        byte[] bytes =
            number % NEW_NAME_EACH == 0
                ? query("new-" + number + ".example.", Type.A).toWire()
                : known.get((int) (number % NAMES)).clone();
        bytes[0] = (byte) (id >> 8);
        bytes[1] = (byte) id;
        unanswered.put((long) socket << 16 | id, new Sent(number, bytes));
        sockets.get(socket).send(new DatagramPacket(bytes, bytes.length));
        sent.incrementAndGet();
        next += gap;
        long wait = next - System.nanoTime();
        if (wait > 0) {
          LockSupport.parkNanos(wait);
        }
      }
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
  }

  /** What a quick server says to a query of these, or of the cache for them. */
  static byte[] answer(byte[] query) {
    int end = 12;
    while (query[end] != 0) {
      end += 1 + query[end];
    }
    end += 5;
    byte[] answer = Arrays.copyOf(query, end + RECORD.length);
    System.arraycopy(RECORD, 0, answer, end, RECORD.length);
    answer[2] |= (byte) 0x80; // QR
    answer[7] = 1; // answers
    answer[11] = 0; // no OPT record
    return answer;
  }

  private void receive(int socket) {
    DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
    try {
      while (true) {
        packet.setLength(4096);
        sockets.get(socket).receive(packet);
        int id = (packet.getData()[0] & 0xff) << 8 | (packet.getData()[1] & 0xff);
        if (unanswered.remove((long) socket << 16 | id) != null) {
          answered.incrementAndGet();
        }
      }
    } catch (IOException closed) {
      // the test has ended
    }
  }

  long answered() {
    return answered.get();
  }

  /** Sends no more. */
  void stop() throws InterruptedException {
    sending = false;
    sender.join();
  }

  long sent() {
    return sent.get();
  }

  int unanswered() {
    return unanswered.size();
  }

  /** The number of the last one that has no answer, from 0; -1 if there is none. */
  long lastUnanswered() {
    return unanswered.values().stream().mapToLong(each -> each.number).max().orElse(-1);
  }

  /** Sends again what has no answer yet, as resolvers do after a while. */
  void retry() throws IOException {
    for (var each : List.copyOf(unanswered.entrySet())) {
      byte[] bytes = each.getValue().message;
      sockets.get((int) (each.getKey() >> 16)).send(new DatagramPacket(bytes, bytes.length));
    }
  }

  @Override
  public void close() {
    sending = false;
    sockets.forEach(DatagramSocket::close);
  }
}
