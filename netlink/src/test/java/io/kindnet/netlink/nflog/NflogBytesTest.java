package io.kindnet.netlink.nflog;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.Hex;
import io.kindnet.netlink.wire.RawMessages;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Messages against bytes of the kernel's format, {@code linux/netfilter/nfnetlink_log.h}. */
class NflogBytesTest {
  private static final String PACKET =
      """
      8c 00 00 00  # 140 bytes
      00 04 00 00  # NFULNL_MSG_PACKET
      00 00 00 00 00 00 00 00  # sequence, port
      02 00 00 71  # struct nfgenmsg: NFPROTO_IPV4, group 113
      08 00 01 00  # NFULA_PACKET_HDR: struct nfulnl_msg_packet_hdr
      08 00 04 00  # IPv4, NF_INET_POST_ROUTING
      0d 00 0a 00  # NFULA_PREFIX "egress a"
      65 67 72 65 73 73 20 61 00 00 00 00
      08 00 04 00  # NFULA_IFINDEX_INDEV
      00 00 00 02
      08 00 05 00  # NFULA_IFINDEX_OUTDEV
      00 00 00 03
      08 00 02 00  # NFULA_MARK
      00 00 00 07
      14 00 03 00  # NFULA_TIMESTAMP: struct nfulnl_msg_packet_timestamp
      00 00 00 00 65 53 f1 00  # seconds
      00 00 00 00 00 00 00 05  # microseconds
      08 00 0c 00  # NFULA_SEQ
      00 00 00 09
      2c 00 09 00  # NFULA_PAYLOAD
      45 00 00 28 00 01 40 00 40 06 00 00  # struct iphdr: TCP
      0a f4 00 05 0a f4 01 06
      9c 40 00 50 00 00 00 01 00 00 00 00  # struct tcphdr: from 40000 to 80
      50 02 fa f0 00 00 00 00
      """;

  @Test
  void readsAPacket() {
    LoggedPacket packet = read(Hex.parse(PACKET));

    byte[] payload = new byte[packet.payload().remaining()];
    packet.payload().get(0, payload);
    assertThat(payload).hasSize(40).startsWith(0x45, 0, 0, 0x28).endsWith(0, 0, 0, 0);
    assertThat(packet)
        .isEqualTo(
            new LoggedPacket(
                2,
                4,
                0x0800,
                "egress a",
                2,
                3,
                7,
                Optional.of(Instant.ofEpochSecond(0x6553f100, 5000)),
                9,
                ByteBuffer.wrap(payload)));
  }

  @Test
  void readsAPacketOfWhichTheKernelSaysLittle() {
    LoggedPacket packet =
        read(
            Hex.parse(
                """
                24 00 00 00  # 36 bytes
                00 04 00 00  # NFULNL_MSG_PACKET
                00 00 00 00 00 00 00 00  # sequence, port
                0a 00 00 71  # struct nfgenmsg: NFPROTO_IPV6, group 113
                08 00 01 00  # NFULA_PACKET_HDR
                86 dd 01 00  # IPv6, NF_INET_LOCAL_IN
                08 00 0c 00  # NFULA_SEQ
                00 00 00 00
                """));

    assertThat(packet)
        .isEqualTo(
            new LoggedPacket(
                10, 1, 0x86dd, "", 0, 0, 0, Optional.empty(), 0, ByteBuffer.allocate(0)));
  }

  @Test
  void asksForTheHeadersOfEachPacketAtOnce() {
    assertThat(Hex.dump(NflogSocket.configuration(113, GroupSettings.HEADERS_AT_ONCE).toBytes()))
        .isEqualTo(
            Hex.dump(
                Hex.parse(
                    """
                    48 00 00 00  # 72 bytes
                    01 04 01 00  # NFULNL_MSG_CONFIG, NLM_F_REQUEST
                    00 00 00 00 00 00 00 00  # sequence, port
                    00 00 00 71  # struct nfgenmsg: AF_UNSPEC, group 113
                    05 00 01 00  # NFULA_CFG_CMD: NFULNL_CFG_CMD_BIND
                    01 00 00 00
                    0a 00 02 00  # NFULA_CFG_MODE: struct nfulnl_msg_config_mode
                    00 00 00 80  # 128 bytes
                    02 00 00 00  # NFULNL_COPY_PACKET
                    08 00 03 00  # NFULA_CFG_NLBUFSIZ
                    00 00 40 00
                    08 00 04 00  # NFULA_CFG_TIMEOUT, in hundredths of a second
                    00 00 00 64
                    08 00 05 00  # NFULA_CFG_QTHRESH
                    00 00 00 01
                    06 00 06 00  # NFULA_CFG_FLAGS: NFULNL_CFG_F_SEQ
                    00 01 00 00
                    """)));
  }

  @Test
  void countsTheTimeoutInHundredthsOfASecond() {
    GroupSettings settings = new GroupSettings(0x12345, 4096, 50, Duration.ofMillis(250));

    byte[] bytes = NflogSocket.configuration(1, settings).toBytes();

    assertThat(Hex.dump(bytes)).contains("00 01 23 45", "00 00 00 19", "00 00 00 32");
  }

  @Test
  void refusesAPacketThatIsCutShort() {
    assertThat(RawMessages.refusedBeginnings(Hex.parse(PACKET), LoggedPacket::parse))
        .isGreaterThan(60);
  }

  @Test
  void survivesAnyByteThatIsWrong() {
    RawMessages.changeEachByte(Hex.parse(PACKET), LoggedPacket::parse);
  }

  private static LoggedPacket read(byte[] bytes) {
    return LoggedPacket.parse(RawMessages.parse(bytes));
  }
}
