package io.kindnet.netlink.conntrack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.testing.Hex;
import io.kindnet.netlink.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FlowReportTest {
  private static final int BEFORE = 20;
  private static final int AFTER = 8;

  /** The end of a connection, without what is not read. */
  private static final String ENDED =
      """
      02 00 00 00  # struct nfgenmsg: AF_INET
      34 00 01 80  # CTA_TUPLE_ORIG
        14 00 01 80  # CTA_TUPLE_IP
          08 00 01 00 0a 00 00 01  # CTA_IP_V4_SRC
          08 00 02 00 0a 00 00 02  # CTA_IP_V4_DST
        1c 00 02 80  # CTA_TUPLE_PROTO
          05 00 01 00 06 00 00 00  # CTA_PROTO_NUM: IPPROTO_TCP
          06 00 02 00 0f a0 00 00  # CTA_PROTO_SRC_PORT: 4000
          06 00 03 00 00 35 00 00  # CTA_PROTO_DST_PORT: 53
      08 00 0c 00 88 da 84 26  # CTA_ID
      08 00 03 00 00 00 01 a8  # CTA_STATUS
      1c 00 09 80  # CTA_COUNTERS_ORIG
        0c 00 01 00 00 00 00 00 00 00 00 03  # CTA_COUNTERS_PACKETS
        0c 00 02 00 00 00 00 00 00 00 01 00  # CTA_COUNTERS_BYTES
      1c 00 0a 80  # CTA_COUNTERS_REPLY
        0c 00 01 00 00 00 00 00 00 00 00 02  # CTA_COUNTERS_PACKETS
        0c 00 02 00 00 00 00 00 00 00 02 00  # CTA_COUNTERS_BYTES
      1c 00 14 80  # CTA_TIMESTAMP
        0c 00 01 00 18 00 00 00 00 00 00 01  # CTA_TIMESTAMP_START
        0c 00 02 00 18 00 00 00 00 00 00 02  # CTA_TIMESTAMP_STOP
      10 00 04 80  # CTA_PROTOINFO
        0c 00 01 80  # CTA_PROTOINFO_TCP
          05 00 01 00 08 00 00 00  # CTA_PROTOINFO_TCP_STATE
      0c 00 1b 00 18 00 00 00 00 00 00 03  # CTA_TIMESTAMP_EVENT
      """;

  private static final long YEAR_2024 = 0x1800000000000000L;

  private static final byte[] MESSAGE = Hex.parse(ENDED);

  @Test
  void readsWhatCounts() {
    assertThat(parse(MESSAGE, MESSAGE.length))
        .isEqualTo(
            new FlowReport(
                FlowEvent.Kind.DESTROYED,
                0x88da8426,
                6,
                8,
                5,
                768,
                YEAR_2024 + 1,
                YEAR_2024 + 2,
                YEAR_2024 + 3));
  }

  @Test
  void saysWhichAttributeIsTooLong() {
    byte[] message = MESSAGE.clone();
    message[4] = (byte) (message.length + 1);
    assertThatThrownBy(() -> parse(message, message.length))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage(
            "attribute 1 says it has %d bytes, %d are left",
            message.length + 1, message.length - 4);
  }

  @Test
  void saysWhichNumberIsTooShort() {
    byte[] message = MESSAGE.clone();
    message[message.length - 12] = 8;
    assertThatThrownBy(() -> parse(message, message.length))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("attribute 27 has no 8 bytes");
  }

  @Test
  void readsNothingBehindTheEnd() {
    Random random = new Random(1);
    int refused = 0;
    for (int run = 0; run < 100_000; run++) {
      byte[] message = MESSAGE.clone();
      message[4 + random.nextInt(message.length - 4)] = (byte) random.nextInt();
      try {
        parse(message, 4 + random.nextInt(message.length - 3));
      } catch (MalformedMessageException expected) {
        refused++;
      }
    }
    assertThat(refused).isBetween(10_000, 99_000);
  }

  /** In the middle of memory outside the heap, as datagrams are received; {@code limit} ends it. */
  private static FlowReport parse(byte[] message, int limit) {
    ByteBuffer memory =
        ByteBuffer.allocateDirect(BEFORE + message.length + AFTER).order(ByteOrder.nativeOrder());
    memory.put(BEFORE, message);
    return FlowReport.parse(
        FlowEvent.Kind.DESTROYED, memory.limit(BEFORE + limit).position(BEFORE));
  }
}
