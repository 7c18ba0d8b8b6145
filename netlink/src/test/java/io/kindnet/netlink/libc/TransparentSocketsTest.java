package io.kindnet.netlink.libc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client sends to an address that its host does not have, and that is routed to the host. */
@NetworkNamespaces
class TransparentSocketsTest {
  private static final int DEADLINE_MILLIS = 60_000;
  private static final Duration DEADLINE = Duration.ofMillis(DEADLINE_MILLIS);
  private static final int BUFFER = 1 << 20;

  private final Namespace host;
  private final Namespace client;

  TransparentSocketsTest(Namespace host, Namespace client) {
    this.host = host;
    this.client = client;
    host.loopbackUp();
    client.connect("eth0", host, "inside");
    Ip.batch(
        host,
        """
        addr add 10.0.0.1/24 dev inside
        addr add fd00::1/64 dev inside nodad
        route add local 10.96.0.10 dev lo
        route add local fd96::10 dev lo
        """);
    Ip.batch(
        client,
        """
        addr add 10.0.0.2/24 dev eth0
        addr add fd00::2/64 dev eth0 nodad
        route add default via 10.0.0.1
        route add default via fd00::1
        """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.96.0.10", "fd96::10"})
  void answersManyDatagramsAtOnceFromTheAddressOfAnother(String address) throws IOException {
    try (DatagramServer server = inHost(() -> DatagramServer.open(at(address, 53), 0, BUFFER));
        DatagramSocket asker = inClient(TransparentSocketsTest::datagramSocket);
        Epoll epoll = new Epoll(1)) {
      epoll.add(server.number());
      assertThat(server.receive(new AddressedDatagrams(1, 8))).isZero();
      AddressedDatagrams received = new AddressedDatagrams(4, 8);
      AddressedDatagrams answers = new AddressedDatagrams(4, 8);
      asker.connect(at(address, 53));
      for (String text : List.of("a", "bb", "ccc", "longer than 8", "late")) {
        send(asker, text);
      }

      List<String> texts = new ArrayList<>();
      for (int waiting = 5; waiting > 0; waiting -= received.count()) {
        assertThat(epoll.await(DEADLINE)).isPositive();
        server.receive(received);
        for (int i = 0; i < received.count(); i++) {
          texts.add(text(received.message(i)) + (received.isTruncated(i) ? "…" : ""));
          assertThat(received.source(i)).isEqualTo(asker.getLocalSocketAddress());
          ByteBuffer answer = Objects.requireNonNull(answers.next());
          answer.put((byte) '>').put(received.message(i).get(0));
          answers.addReply(received, i);
        }
        assertThat(server.send(answers)).isZero();
        assertThat(answers.count()).isZero();
      }
      server.send(ByteBuffer.wrap("single".getBytes(US_ASCII)), local(asker));

      assertThat(texts).containsExactly("a", "bb", "ccc", "longer t…", "late");
      assertThat(receive(asker, 6)).containsExactly(">a", ">b", ">c", ">l", ">l", "single");
    }
  }

  /** A socket that is connected, as the client's above, gets answers from that address only. */
  @ParameterizedTest
  @ValueSource(strings = {"10.96.0.10", "fd96::10"})
  void acceptsConnectionsAtTheAddressOfAnother(String address) throws IOException {
    try (StreamSocket listener =
            inHost(() -> StreamSocket.listenTransparent(at(address, 53), 0, 16));
        Socket asker = inClient(() -> connected(at(address, 53)))) {
      assertThat(listener.awaitReadable(DEADLINE)).isTrue();
      try (StreamSocket connection = Objects.requireNonNull(listener.accept())) {
        assertThat(connection.peer()).isEqualTo(asker.getLocalSocketAddress());
        connection.send("hello".getBytes(US_ASCII), 0, 5, List.of());

        assertThat(new String(asker.getInputStream().readNBytes(5), US_ASCII)).isEqualTo("hello");
      }
      assertThatThrownBy(
              () -> inHost(() -> StreamSocket.listenTransparent(at(address, 53), 0, 16).number()))
          .isInstanceOf(KernelException.class)
          .hasMessageContaining("TCP socket of ")
          .hasMessageContaining("EADDRINUSE");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.96.0.10 10.0.0.2", "fd96::10 fd00::2"})
  void forwardsADatagramInTheNameOfAnother(String addresses) throws IOException {
    String sender = addresses.split(" ")[0];
    String receiver = addresses.split(" ")[1];
    try (DatagramSocket asked = inClient(TransparentSocketsTest::datagramSocket)) {
      InetSocketAddress destination = at(receiver, asked.getLocalPort());
      inHost(() -> {
        DatagramServer.forward(
            at(sender, 4000), destination, ByteBuffer.wrap("text".getBytes(US_ASCII)));
        return true;
      });

      DatagramPacket packet = new DatagramPacket(new byte[16], 16);
      asked.receive(packet);
      assertThat(packet.getSocketAddress()).isEqualTo(at(sender, 4000));
      assertThat(new String(packet.getData(), 0, packet.getLength(), US_ASCII)).isEqualTo("text");
    }
  }

  private <T> T inHost(Supplier<T> work) {
    return in(host, work);
  }

  private <T> T inClient(Supplier<T> work) {
    return in(client, work);
  }

  private static <T> T in(Namespace namespace, Supplier<T> work) {
    try (NetworkNamespace entered = NetworkNamespace.open(namespace.path().toString())) {
      return entered.call(work::get);
    }
  }

  private static InetSocketAddress at(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  private static InetSocketAddress local(DatagramSocket socket) {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  private static DatagramSocket datagramSocket() {
    try {
      DatagramSocket socket = new DatagramSocket();
      socket.setSoTimeout(DEADLINE_MILLIS);
      return socket;
    } catch (SocketException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static Socket connected(InetSocketAddress address) {
    try {
      Socket socket = new Socket();
      socket.setSoTimeout(DEADLINE_MILLIS);
      socket.connect(address, DEADLINE_MILLIS);
      return socket;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static void send(DatagramSocket socket, String text) throws IOException {
    socket.send(new DatagramPacket(text.getBytes(US_ASCII), text.length()));
  }

  private static List<String> receive(DatagramSocket socket, int count) throws IOException {
    List<String> texts = new ArrayList<>();
    DatagramPacket packet = new DatagramPacket(new byte[16], 16);
    for (int i = 0; i < count; i++) {
      socket.receive(packet);
      texts.add(new String(packet.getData(), 0, packet.getLength(), US_ASCII));
    }
    return texts;
  }

  private static String text(ByteBuffer bytes) {
    return US_ASCII.decode(bytes.duplicate()).toString();
  }
}
