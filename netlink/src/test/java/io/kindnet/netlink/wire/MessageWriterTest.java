package io.kindnet.netlink.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.testing.Hex;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class MessageWriterTest {
  @Test
  void laysOutHeaderFixedPartAndAttributes() {
    MessageWriter message = new MessageWriter("test", 0x1234, 0x0600);
    message.u8(0x0a).u8(0x18).u16(0).u32(0x01020304);
    message.attributeString(3, "eth0");
    int nested = message.beginNested(18);
    message.attributeU8(1, 7).attributeU32Be(2, 0x0a000001);
    message.end(nested);

    assertThat(message.toBytes())
        .isEqualTo(
            littleEndian(
                """
                38 00 00 00  # length: 56
                34 12 01 06  # type, flags: NLM_F_REQUEST added
                00 00 00 00  # sequence number
                00 00 00 00  # port
                0a 18 00 00 04 03 02 01  # fixed part
                09 00 03 00 65 74 68 30 00 00 00 00  # text with a NUL, padded
                14 00 12 80  # attributes inside, flag set
                05 00 01 00 07 00 00 00
                08 00 02 00 0a 00 00 01  # network byte order
                """));
  }

  @Test
  void growsAsNeeded() {
    MessageWriter message = new MessageWriter("test", 1, 0);
    for (int i = 0; i < 1000; i++) {
      message.attributeU64Be(i + 1, i);
    }

    assertThat(message.length()).isEqualTo(16 + 1000 * 12);
    Attributes read = NetlinkMessage.parse(message.finish(1, 0)).getFirst().attributesAfter(0);
    assertThat(read.get(1000).u64Be()).isEqualTo(999);
  }

  @Test
  void refusesAnAttributeThatItsLengthFieldCannotSay() {
    MessageWriter message = new MessageWriter("add elements", 1, 0);

    assertThatThrownBy(
            () -> message.attribute(1, new byte[MessageWriter.MAX_ATTRIBUTE_PAYLOAD + 1]))
        .hasMessage("add elements: an attribute of 65536 bytes does not fit its 16-bit length");
  }

  private static byte[] littleEndian(String hex) {
    assertThat(ByteOrder.nativeOrder())
        .as("the expected bytes are little-endian")
        .isEqualTo(ByteOrder.LITTLE_ENDIAN);
    return Hex.parse(hex);
  }
}
