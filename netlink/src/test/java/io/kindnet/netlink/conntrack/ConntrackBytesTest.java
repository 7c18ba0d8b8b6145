package io.kindnet.netlink.conntrack;

import static io.kindnet.netlink.ip.AddressFamily.IPV4;
import static io.kindnet.netlink.ip.AddressFamily.IPV6;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.testing.Hex;
import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.RawMessages;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class ConntrackBytesTest {
  private static final InetAddress CLIENT = IpAddresses.parse("10.0.0.1");
  private static final InetAddress HOST = IpAddresses.parse("10.0.0.2");
  private static final InetAddress POD = IpAddresses.parse("10.244.0.9");

  /** As the kernel sends it to {@code conntrack -L -p udp}. */
  private static final String ENTRY =
      """
      c8 00 00 00  # 200 bytes
      00 01 22 00  # IPCTNL_MSG_CT_NEW, NLM_F_MULTI | NLM_F_DUMP_FILTERED
      01 00 00 00 00 00 00 00  # sequence, port
      02 00 00 00  # struct nfgenmsg: AF_INET
      34 00 01 80  # CTA_TUPLE_ORIG
        14 00 01 80  # CTA_TUPLE_IP
          08 00 01 00 0a 00 00 01  # CTA_IP_V4_SRC
          08 00 02 00 0a 00 00 02  # CTA_IP_V4_DST
        1c 00 02 80  # CTA_TUPLE_PROTO
          05 00 01 00 11 00 00 00  # CTA_PROTO_NUM: IPPROTO_UDP
          06 00 02 00 0f a0 00 00  # CTA_PROTO_SRC_PORT: 4000
          06 00 03 00 00 35 00 00  # CTA_PROTO_DST_PORT: 53
      34 00 02 80  # CTA_TUPLE_REPLY
        14 00 01 80  # CTA_TUPLE_IP
          08 00 01 00 0a f4 00 09  # CTA_IP_V4_SRC
          08 00 02 00 0a 00 00 01  # CTA_IP_V4_DST
        1c 00 02 80  # CTA_TUPLE_PROTO
          05 00 01 00 11 00 00 00  # CTA_PROTO_NUM: IPPROTO_UDP
          06 00 02 00 14 e9 00 00  # CTA_PROTO_SRC_PORT: 5353
          06 00 03 00 0f a0 00 00  # CTA_PROTO_DST_PORT: 4000
      08 00 03 00 00 00 01 a8  # CTA_STATUS: IPS_CONFIRMED, IPS_DST_NAT, both done
      08 00 08 00 00 00 00 07  # CTA_MARK
      08 00 0c 00 88 da 84 26  # CTA_ID
      08 00 0b 00 00 00 00 01  # CTA_USE
      08 00 07 00 00 00 00 63  # CTA_TIMEOUT: 99 s
      06 00 12 00 00 05 00 00  # CTA_ZONE
      1c 00 18 80  # CTA_SYNPROXY
        08 00 01 00 00 00 00 00  # CTA_SYNPROXY_ISN
        08 00 02 00 00 00 00 00  # CTA_SYNPROXY_ITS
        08 00 03 00 00 00 00 00  # CTA_SYNPROXY_TSOFF
      """;

  private static final Flow FLOW =
      new Flow(
          FlowTuple.of(17, CLIENT, 4000, HOST, 53),
          FlowTuple.of(17, POD, 5353, CLIENT, 4000),
          0x1a8,
          7,
          99,
          5,
          0x88da8426);

  @Test
  void readsAnEntry() {
    assertThat(read(Hex.parse(ENTRY))).isEqualTo(FLOW);
  }

  @Test
  void refusesAnEntryThatIsCutShort() {
    assertThat(RawMessages.refusedBeginnings(Hex.parse(ENTRY), Flow::parse)).isGreaterThan(100);
  }

  @Test
  void deletesAnEntry() {
    assertThat(hex(ConntrackSocket.deletion(FLOW)))
        .isEqualTo(
            hex(
                """
                58 00 00 00  # 88 bytes
                02 01 01 00  # IPCTNL_MSG_CT_DELETE, NLM_F_REQUEST
                00 00 00 00 00 00 00 00  # sequence, port
                02 01 00 00  # struct nfgenmsg: AF_INET, version 1
                34 00 01 80  # CTA_TUPLE_ORIG
                  14 00 01 80  # CTA_TUPLE_IP
                    08 00 01 00 0a 00 00 01  # CTA_IP_V4_SRC
                    08 00 02 00 0a 00 00 02  # CTA_IP_V4_DST
                  1c 00 02 80  # CTA_TUPLE_PROTO
                    05 00 01 00 11 00 00 00  # CTA_PROTO_NUM: IPPROTO_UDP
                    06 00 02 00 0f a0 00 00  # CTA_PROTO_SRC_PORT: 4000
                    06 00 03 00 00 35 00 00  # CTA_PROTO_DST_PORT: 53
                06 00 12 00 00 05 00 00  # CTA_ZONE
                08 00 0c 00 88 da 84 26  # CTA_ID
                """));
  }

  @Test
  void letsTheKernelSearchForTheDestinationThatWasAskedFor() {
    FlowFilter filter = FlowFilter.of(IPV4, 17).toAddress(HOST).toPort(53);

    assertThat(hex(ConntrackSocket.listing(filter)))
        .isEqualTo(
            hex(
                """
                4c 00 00 00  # 76 bytes
                01 01 01 00  # IPCTNL_MSG_CT_GET, NLM_F_REQUEST
                00 00 00 00 00 00 00 00  # sequence, port
                02 01 00 00  # struct nfgenmsg: AF_INET, version 1
                24 00 01 80  # CTA_TUPLE_ORIG
                  0c 00 01 80  # CTA_TUPLE_IP
                    08 00 02 00 0a 00 00 02  # CTA_IP_V4_DST
                  14 00 02 80  # CTA_TUPLE_PROTO
                    05 00 01 00 11 00 00 00  # CTA_PROTO_NUM: IPPROTO_UDP
                    06 00 03 00 00 35 00 00  # CTA_PROTO_DST_PORT: 53
                14 00 19 80  # CTA_FILTER
                  08 00 01 00 2a 00 00 00  # CTA_FILTER_ORIG_FLAGS: IP_DST, PROTO_NUM, PROTO_DST_PORT
                  08 00 02 00 00 00 00 00  # CTA_FILTER_REPLY_FLAGS
                """));
  }

  @Test
  void letsTheKernelSearchForWhoAnswers() {
    FlowFilter filter = FlowFilter.of(IPV4, 17).answeredBy(POD).answeredFromPort(5353);

    assertThat(hex(ConntrackSocket.deletion(filter)))
        .isEqualTo(
            hex(
                """
                5c 00 00 00  # 92 bytes
                02 01 01 00  # IPCTNL_MSG_CT_DELETE, NLM_F_REQUEST
                00 00 00 00 00 00 00 00  # sequence, port
                02 01 00 00  # struct nfgenmsg: AF_INET, version 1
                10 00 01 80  # CTA_TUPLE_ORIG
                  0c 00 02 80  # CTA_TUPLE_PROTO
                    05 00 01 00 11 00 00 00  # CTA_PROTO_NUM: IPPROTO_UDP
                24 00 02 80  # CTA_TUPLE_REPLY
                  0c 00 01 80  # CTA_TUPLE_IP
                    08 00 01 00 0a f4 00 09  # CTA_IP_V4_SRC
                  14 00 02 80  # CTA_TUPLE_PROTO
                    05 00 01 00 11 00 00 00  # CTA_PROTO_NUM: IPPROTO_UDP
                    06 00 02 00 14 e9 00 00  # CTA_PROTO_SRC_PORT: 5353
                14 00 19 80  # CTA_FILTER
                  08 00 01 00 08 00 00 00  # CTA_FILTER_ORIG_FLAGS: PROTO_NUM
                  08 00 02 00 19 00 00 00  # CTA_FILTER_REPLY_FLAGS: IP_SRC, PROTO_NUM, PROTO_SRC_PORT
                """));
  }

  @Test
  void keepsIpv6AddressesFromTheKernelsSearch() {
    FlowFilter portOnly = FlowFilter.of(IPV6, 17).toPort(53);

    assertThat(hex(ConntrackSocket.listing(portOnly.toAddress(IpAddresses.parse("fd00::2")))))
        .isEqualTo(hex(ConntrackSocket.listing(portOnly)));
  }

  @Test
  void saysWhichFlowsAreMeant() {
    assertThat(FlowFilter.of(IPV4, 17).toAddress(HOST).toPort(53).answeredBy(POD))
        .hasToString("IPV4 flows of protocol 17 to 10.0.0.2 to port 53, answered from 10.244.0.9");
  }

  private static Flow read(byte[] bytes) {
    return Flow.parse(RawMessages.parse(bytes));
  }

  private static String hex(MessageWriter message) {
    return Hex.dump(message.toBytes());
  }

  private static String hex(String annotated) {
    return Hex.dump(Hex.parse(annotated));
  }
}
