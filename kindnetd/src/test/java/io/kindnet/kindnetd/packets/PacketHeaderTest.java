package io.kindnet.kindnetd.packets;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.testing.Hex;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PacketHeaderTest {
  /** Without protocol and what is above. */
  private static final String IPV4 = "45 00 00 28 00 01 40 00 40 %s 00 00 0a f4 00 05 0a f4 01 06 ";

  private static final String IPV6 =
      "60 00 00 00 00 14 %s 40 fd000000000000000000000000000005 fd000000000000000000000000000006 ";

  private static final String PORTS = "9c 40 00 50";

  @ParameterizedTest
  @CsvSource({
    "06, 6, TCP, 40000, 80, -1, -1",
    "11, 17, UDP, 40000, 80, -1, -1",
    "84, 132, SCTP, 40000, 80, -1, -1",
    "88, 136, UDPLite, 40000, 80, -1, -1",
    "01, 1, ICMP, -1, -1, 156, 64",
    "3a, 58, ICMPv6, -1, -1, 156, 64",
    "2f, 47, 47, -1, -1, -1, -1",
  })
  void ofEveryProtocol(
      String number, int protocol, String name, int from, int to, int type, int code) {
    for (String header : new String[] {IPV4, IPV6}) {
      PacketHeader read = read(header.formatted(number) + PORTS);

      assertThat(read.protocol()).isEqualTo(protocol);
      assertThat(read.protocolName()).isEqualTo(name);
      assertThat(read.sourcePort()).isEqualTo(from);
      assertThat(read.destinationPort()).isEqualTo(to);
      assertThat(read.icmpType()).isEqualTo(type);
      assertThat(read.icmpCode()).isEqualTo(code);
    }
  }

  @Test
  void ofBothFamilies() {
    PacketHeader four = read(IPV4.formatted("06") + PORTS);
    PacketHeader six = read(IPV6.formatted("06") + PORTS);

    assertThat(four.source()).isEqualTo(IpAddresses.parse("10.244.0.5"));
    assertThat(four.destination()).isEqualTo(IpAddresses.parse("10.244.1.6"));
    assertThat(six.source()).isEqualTo(IpAddresses.parse("fd00::5"));
    assertThat(six.destination()).isEqualTo(IpAddresses.parse("fd00::6"));
  }

  @Test
  void behindOptionsOfIpv4() {
    String options =
        "46 00 00 2c 00 01 40 00 40 06 00 00 0a f4 00 05 0a f4 01 06 01 01 01 00 " + PORTS;

    assertThat(read(options).destinationPort()).isEqualTo(80);
  }

  @ParameterizedTest
  @CsvSource({
    "hop-by-hop, 00, 06 00 010400000000",
    "destination options, 3c, 06 01 010400000000 0104000000000000",
    "routing, 2b, 06 00 000000000000",
    "first fragment, 2c, 06 00 0001 00000007",
    "authentication, 33, 06 01 0000 00000000 00000000",
    "several, 00, 2b00010400000000 3c00000000000000 0600010400000000",
  })
  void behindExtensionsOfIpv6(String name, String next, String extension) {
    PacketHeader read = read(IPV6.formatted(next) + extension + PORTS);

    assertThat(read.protocolName()).as(name).isEqualTo("TCP");
    assertThat(read.destinationPort()).as(name).isEqualTo(80);
  }

  @Test
  void aLaterFragmentHasNoPorts() {
    String four = "45 00 00 28 00 01 00 10 40 11 00 00 0a f4 00 05 0a f4 01 06 " + PORTS;
    String six = IPV6.formatted("2c") + "11 00 00 10 00 00 00 07" + PORTS;

    for (String packet : new String[] {four, six}) {
      assertThat(read(packet).protocolName()).isEqualTo("UDP");
      assertThat(read(packet).destinationPort()).isEqualTo(PacketHeader.NONE);
    }
  }

  @Test
  void anythingElseIsNone() {
    assertThat(PacketHeader.parse(ByteBuffer.allocate(0))).isEmpty();
    assertThat(PacketHeader.parse(ByteBuffer.wrap(Hex.parse("08 00 06 04 00 01")))).isEmpty();
  }

  /** Whatever stands in a packet and wherever it ends, it is read or it is none. */
  @Test
  void survivesWhateverComes() {
    byte[] whole = Hex.parse(IPV6.formatted("00") + "2b00010400000000 3c00000000000000" + PORTS);
    for (int length = 0; length <= whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThat(PacketHeader.parse(ByteBuffer.wrap(cut)).isPresent()).isEqualTo(length >= 40);
      for (int at = 0; at < length; at++) {
        for (byte wrong : new byte[] {0, 1, 44, 51, 60, 0x45, 0x7f, (byte) 0xff}) {
          byte[] broken = cut.clone();
          broken[at] = wrong;
          PacketHeader.parse(ByteBuffer.wrap(broken));
        }
      }
    }
  }

  private static PacketHeader read(String hex) {
    return PacketHeader.parse(ByteBuffer.wrap(Hex.parse(hex)).asReadOnlyBuffer()).orElseThrow();
  }
}
