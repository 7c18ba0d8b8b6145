package io.kindnet.cni.traffic;

import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends datagrams from one namespace to another without a pause, and counts those that arrive. */
public final class PacketFlood implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final int LENGTH = 16;

  private final DatagramSocket sender;
  private final DatagramSocket receiver;
  private final InetSocketAddress target;
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger received = new AtomicInteger();

  private PacketFlood(DatagramSocket sender, DatagramSocket receiver, InetAddress address) {
    this.sender = sender;
    this.receiver = receiver;
    this.target = new InetSocketAddress(address, receiver.getLocalPort());
  }

  /**
   * Starts it. Until there is a way from {@code from} to {@code address}, nothing is sent.
   *
   * @param address one of {@code to}
   */
  public static PacketFlood start(Namespace from, Namespace to, InetAddress address) {
    PacketFlood flood = new PacketFlood(socket(from), socket(to), address);
    Thread.ofPlatform().daemon().name("flood from " + from).start(flood::send);
    Thread.ofPlatform().daemon().name("flood to " + to).start(flood::receive);
    return flood;
  }

  private static DatagramSocket socket(Namespace namespace) {
    try (NetworkNamespace handle = NetworkNamespace.open(namespace.path().toString())) {
      return handle.call(() -> new DatagramSocket(0));
    }
  }

  private void send() {
    DatagramPacket packet = new DatagramPacket(new byte[LENGTH], LENGTH, target);
    while (!sender.isClosed()) {
      try {
        sender.send(packet);
        sent.incrementAndGet();
      } catch (IOException noWayYet) {
        // which is what there is to try
      }
    }
  }

  private void receive() {
    DatagramPacket packet = new DatagramPacket(new byte[LENGTH], LENGTH);
    while (!receiver.isClosed()) {
      try {
        receiver.receive(packet);
        received.incrementAndGet();
      } catch (IOException closed) {
        // the end
      }
    }
  }

  /** Waits until so many more packets were sent. */
  public void awaitSent(int more) {
    int wanted = sent.get() + more;
    Eventually.within(DEADLINE, () -> requireAtLeast(wanted, sent.get(), "sent"));
  }

  /** Waits until so many packets have arrived in all. */
  public void awaitReceived(int wanted) {
    Eventually.within(
        DEADLINE, () -> requireAtLeast(wanted, received.get(), "received at " + target));
  }

  private static void requireAtLeast(int wanted, int there, String what) {
    if (there < wanted) {
      throw new AssertionError(there + " packets were " + what + ", not " + wanted);
    }
  }

  /** How many packets have arrived. */
  public int received() {
    return received.get();
  }

  @Override
  public void close() {
    sender.close();
    receiver.close();
  }
}
