package io.kindnet.kindnetd.dnscache;

import static io.kindnet.kindnetd.dnscache.Answers.query;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.xbill.DNS.Type;

/**
 * Queries of a pod at an even pace, some for names that were asked for before and some for new
 * ones, over several sockets as many processes do.
 */
final class DnsLoad implements AutoCloseable {
  private static final int SOCKETS = 8;
  private static final int NAMES = 50;
  private static final int NEW_NAME_EACH = 20;

  private final InetSocketAddress server;
  private final List<DatagramSocket> sockets = new ArrayList<>();
  private final ConcurrentMap<Long, byte[]> unanswered = new ConcurrentHashMap<>();
  private final AtomicLong answered = new AtomicLong();
  private final Thread sender;
  private volatile boolean sending = true;
  private long sent;

  DnsLoad(DnsClient client, InetAddress address, int perSecond) throws IOException {
    this.server = new InetSocketAddress(address, 53);
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
    long gap = Duration.ofSeconds(1).toNanos() / perSecond;
    long next = System.nanoTime();
    try {
      while (sending) {
        int socket = (int) (sent % SOCKETS);
        int id = (int) (sent / SOCKETS % 0x10000);
        String name = sent % NEW_NAME_EACH == 0 ? "new-" + sent : "name-" + sent * 31 % NAMES;
        byte[] bytes = query(name + ".example.", Type.A).toWire();
        bytes[0] = (byte) (id >> 8);
        bytes[1] = (byte) id;
        unanswered.put((long) socket << 16 | id, bytes);
        sockets.get(socket).send(new DatagramPacket(bytes, bytes.length));
        sent++;
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
    return sent;
  }

  int unanswered() {
    return unanswered.size();
  }

  /** Sends again what has no answer yet, as resolvers do after a while. */
  void retry() throws IOException {
    for (var each : List.copyOf(unanswered.entrySet())) {
      byte[] bytes = each.getValue();
      sockets.get((int) (each.getKey() >> 16)).send(new DatagramPacket(bytes, bytes.length));
    }
  }

  @Override
  public void close() {
    sending = false;
    sockets.forEach(DatagramSocket::close);
  }
}
