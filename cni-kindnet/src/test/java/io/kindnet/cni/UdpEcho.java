package io.kindnet.cni;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Namespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * Answers every datagram in a namespace, and asks others there, on sockets of this process: made in
 * a moment, whatever the namespace's addresses are or become.
 */
final class UdpEcho implements AutoCloseable {
  private static final int PORT = 7;
  private static final int LONGEST = 64;

  private final DatagramSocket server;
  private final DatagramSocket client;
  private final byte[] name;
  private int questions;

  private UdpEcho(String name, DatagramSocket server, DatagramSocket client) {
    this.name = name.getBytes(UTF_8);
    this.server = server;
    this.client = client;
  }

  /** Opens it in {@code namespace}. */
  static UdpEcho in(Namespace namespace) {
    try (NetworkNamespace handle = NetworkNamespace.open(namespace.path().toString())) {
      UdpEcho echo =
          handle.call(
              () -> new UdpEcho(namespace.name(), new DatagramSocket(PORT), new DatagramSocket()));
      Thread.ofPlatform().daemon().name("echo of " + namespace).start(echo::answer);
      return echo;
    }
  }

  private void answer() {
    DatagramPacket packet = new DatagramPacket(new byte[LONGEST], LONGEST);
    while (!server.isClosed()) {
      try {
        packet.setLength(LONGEST);
        server.receive(packet);
        server.send(packet);
      } catch (IOException unreachable) {
        // whoever asked gets no answer, and says so
      }
    }
  }

  /**
   * Asks once; a datagram that is lost is an answer that does not come.
   *
   * @param busyTimeout how long to wait
   */
  boolean reaches(InetAddress address, Duration busyTimeout) {
    byte[] question = (new String(name, UTF_8) + " " + ++questions).getBytes(UTF_8);
    try {
      client.send(
          new DatagramPacket(question, question.length, new InetSocketAddress(address, PORT)));
      long end = System.nanoTime() + busyTimeout.toNanos();
      while (true) {
        long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
        if (left <= 0) {
          return false;
        }
        client.setSoTimeout((int) left);
        DatagramPacket reply = new DatagramPacket(new byte[LONGEST], LONGEST);
        client.receive(reply);
        // an answer to an earlier question may come late
        if (new String(reply.getData(), 0, reply.getLength(), UTF_8)
            .equals(new String(question, UTF_8))) {
          return true;
        }
      }
    } catch (SocketTimeoutException silence) {
      return false;
    } catch (IOException unreachable) {
      return false;
    }
  }

  @Override
  public void close() {
    server.close();
    client.close();
  }
}
