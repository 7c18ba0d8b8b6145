package io.kindnet.netlink.nflog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real packets, which rules of {@code nft} log. */
@NetworkNamespaces
class NflogSocketTest {
  private static final int GROUP = 113;
  private static final int NF_INET_LOCAL_OUT = 3; // linux/netfilter.h
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(100);

  private final Namespace host;
  private final NetworkNamespace entered;
  private final List<NflogSocket> open = new ArrayList<>();

  NflogSocketTest(Namespace host) {
    this.host = host;
    this.entered = NetworkNamespace.open(host.path().toString());
    host.loopbackUp();
  }

  @AfterEach
  void close() {
    open.forEach(NflogSocket::close);
    entered.close();
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, 2, 0x0800, 28, 20", "::1, 10, 0x86dd, 48, 40"})
  void readsWhatARuleLogs(String address, int family, int etherType, int headers, int transport) {
    log("udp dport 7 log prefix \"seen: \" group 113 drop");
    NflogSocket nflog = open(GroupSettings.HEADERS_AT_ONCE);

    send(address, 7, 20);

    NflogSocket.Packets read = next(nflog);
    assertThat(read.missing()).isZero();
    assertThat(read.overrun()).isFalse();
    assertThat(read.packets()).hasSize(1);
    LoggedPacket packet = read.packets().getFirst();
    assertThat(packet.family()).isEqualTo(family);
    assertThat(packet.etherType()).isEqualTo(etherType);
    assertThat(packet.hook()).isEqualTo(NF_INET_LOCAL_OUT);
    assertThat(packet.prefix()).isEqualTo("seen: ");
    assertThat(packet.inInterface()).isZero();
    assertThat(packet.outInterface()).as("lo").isEqualTo(1);
    assertThat(packet.payload().remaining()).isEqualTo(headers + 20);
    assertThat(packet.payload().getShort(transport + 2)).as("port").isEqualTo((short) 7);
  }

  @Test
  void readsThePrefixAtItsLongest() {
    String prefix = "p".repeat(127);
    log("udp dport 7 log prefix \"" + prefix + "\" group 113");
    NflogSocket nflog = open(GroupSettings.HEADERS_AT_ONCE);

    send("127.0.0.1", 7, 1);

    assertThat(next(nflog).packets()).extracting(LoggedPacket::prefix).containsExactly(prefix);
  }

  @Test
  void readsNoMoreOfAPacketThanWasAskedFor() {
    log(
        """
        udp dport 7 log group 113
        udp dport 8 log group 113 snaplen 30
        """);
    NflogSocket nflog = open(GroupSettings.HEADERS_AT_ONCE);

    send("127.0.0.1", 7, 500);
    send("127.0.0.1", 8, 500);

    List<LoggedPacket> packets = new ArrayList<>();
    Eventually.within(
        DEADLINE,
        () -> {
          packets.addAll(nflog.next(SHORT).packets());
          assertThat(packets)
              .extracting(packet -> packet.payload().remaining())
              .containsExactly(128, 30);
        });
  }

  @Test
  void readsPacketsThatTheKernelHasCollected() {
    log("udp dport 7 log group 113");
    NflogSocket nflog = open(new GroupSettings(64, 16 * 1024, 10, Duration.ofMinutes(10)));

    for (int i = 0; i < 9; i++) {
      send("127.0.0.1", 7, i);
    }
    assertThat(nflog.next(SHORT).packets()).isEmpty();
    send("127.0.0.1", 7, 9);

    NflogSocket.Packets read = next(nflog);
    assertThat(read.missing()).isZero();
    assertThat(read.packets())
        .extracting(packet -> packet.payload().remaining() - 28)
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  /** The receive buffer has 2 MiB, of which each packet takes some hundreds of bytes. */
  @Test
  void countsWhatItDidNotReadInTime() {
    log("udp dport 7 log group 113 drop");
    NflogSocket nflog = open(GroupSettings.HEADERS_AT_ONCE);
    int sent = 20_000;

    send("127.0.0.1", 7, 100, sent);

    NflogSocket.Packets first = nflog.next(DEADLINE);
    assertThat(first.overrun()).isTrue();
    send("127.0.0.1", 7, 1);
    NflogSocket.Packets second = next(nflog);
    assertThat(second.overrun()).isFalse();
    assertThat(second.missing()).isPositive();
    assertThat(first.packets().size() + first.missing() + second.missing() + 1).isEqualTo(sent + 1);
  }

  @Test
  void aGroupHasOneReader() {
    NflogSocket first = open(GroupSettings.HEADERS_AT_ONCE);

    assertThatThrownBy(() -> open(GroupSettings.HEADERS_AT_ONCE))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("read group 113 of nflog")
        .extracting(refusal -> ((KernelException) refusal).errno())
        .isEqualTo(Errno.EPERM);

    first.close();
    log("udp dport 7 log group 113");
    NflogSocket second = open(GroupSettings.HEADERS_AT_ONCE);
    send("127.0.0.1", 7, 1);
    assertThat(next(second).packets()).hasSize(1);
  }

  @Test
  void closingEndsTheWaitOfTheReader() throws ExecutionException, InterruptedException {
    NflogSocket nflog = open(GroupSettings.HEADERS_AT_ONCE);
    FutureTask<NflogSocket.Packets> reading = new FutureTask<>(() -> nflog.next(DEADLINE));
    Thread.ofPlatform().start(reading);

    nflog.close();

    assertThat(reading.get().packets()).isEmpty();
    assertThat(nflog.isClosed()).isTrue();
  }

  private void log(String rules) {
    Nft.apply(
        host,
        """
        table inet seen {
          chain output {
            type filter hook output priority filter;
            %s
          }
        }
        """
            .formatted(rules));
  }

  private NflogSocket open(GroupSettings settings) {
    NflogSocket socket = entered.call(() -> NflogSocket.open(GROUP, settings));
    open.add(socket);
    return socket;
  }

  private static NflogSocket.Packets next(NflogSocket nflog) {
    NflogSocket.Packets packets = nflog.next(DEADLINE);
    assertThat(packets.packets()).isNotEmpty();
    return packets;
  }

  private void send(String address, int port, int bytes) {
    send(address, port, bytes, 1);
  }

  private void send(String address, int port, int bytes, int times) {
    entered.call(() -> {
      try (DatagramSocket socket = new DatagramSocket()) {
        DatagramPacket packet =
            new DatagramPacket(new byte[bytes], bytes, InetAddress.ofLiteral(address), port);
        for (int i = 0; i < times; i++) {
          sendOnce(socket, packet);
        }
      }
      return times;
    });
  }

  /** What a rule drops at this hook is an error for who sends it. */
  private static void sendOnce(DatagramSocket socket, DatagramPacket packet) {
    try {
      socket.send(packet);
    } catch (IOException dropped) {
      assertThat(dropped).hasMessageContaining("Operation not permitted");
    }
  }
}
