package io.kindnet.cni.portmap;

import io.kindnet.netlink.testing.Namespace;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The first packet of an SCTP association (RFC 9260, sections 3.1 and 3.3.2), sent over a raw
 * socket: not every kernel has SCTP sockets, but every one translates SCTP.
 */
final class SctpInit {
  private static final int IPPROTO_SCTP = 132;
  private static final int INIT = 1;
  private static final int CHECKSUM = 8;

  /** Perl is essential on Debian and opens raw sockets, which Java does not. */
  private static final String SEND =
      "use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6);"
          + "my ($hex, $to) = @ARGV;"
          + "my $six = $to =~ /:/;"
          + "socket(my $s, $six ? AF_INET6 : AF_INET, SOCK_RAW, "
          + IPPROTO_SCTP
          + ") or die $!;"
          + "my $address = inet_pton($six ? AF_INET6 : AF_INET, $to);"
          + "send($s, pack('H*', $hex), 0,"
          + " $six ? pack_sockaddr_in6(0, $address) : pack_sockaddr_in(0, $address)) or die $!;";

  private SctpInit() {}

  /** Asks {@code address}, a literal, for an association with {@code port}. */
  static void send(Namespace from, String address, int port) {
    from.run("perl", "-e", SEND, HexFormat.of().formatHex(packet(4000, port)), address);
  }

  private static byte[] packet(int sourcePort, int destinationPort) {
    ByteBuffer packet = ByteBuffer.allocate(32);
    packet.putShort((short) sourcePort).putShort((short) destinationPort);
    packet.putInt(0); // verification tag: none yet
    packet.putInt(0); // checksum: below
    packet.put((byte) INIT).put((byte) 0).putShort((short) 20); // flags, length
    packet.putInt(0x12345678); // initiate tag
    packet.putInt(65536); // receiver window
    packet.putShort((short) 1).putShort((short) 1); // streams out, in
    packet.putInt(1); // initial TSN
    CRC32C checksum = new CRC32C();
    checksum.update(packet.array());
    packet.order(ByteOrder.LITTLE_ENDIAN).putInt(CHECKSUM, (int) checksum.getValue());
    return packet.array();
  }
}
