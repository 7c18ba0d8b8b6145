package io.kindnet.netlink.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.testing.Hex;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MalformedInputTest {
  @Test
  void aMessageLongerThanTheDatagram() {
    assertThatThrownBy(() -> messages("20 00 00 00 10 00 00 00 00 00 00 00 00 00 00 00"))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("message says it has 32 bytes, 16 are left");
  }

  @Test
  void aMessageShorterThanItsHeaderDoesNotLoop() {
    assertThatThrownBy(() -> messages("00 00 00 00 10 00 00 00 00 00 00 00 00 00 00 00"))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("message says it has 0 bytes, 16 are left");
  }

  @Test
  void aLengthThatIsNegativeAsAnInt() {
    assertThatThrownBy(() -> messages("ff ff ff ff 10 00 00 00 00 00 00 00 00 00 00 00"))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void bytesThatAreNoMessage() {
    assertThatThrownBy(() -> messages("10 00 00 00"))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("4 bytes are left, no message is that short");
  }

  @Test
  void anAttributeLongerThanWhatIsLeft() {
    assertThatThrownBy(() -> attributes("0c 00 03 00 65 74 68 30"))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("attribute 3 says it has 12 bytes, 8 are left");
  }

  @Test
  void anAttributeShorterThanItsHeaderDoesNotLoop() {
    assertThatThrownBy(() -> attributes("00 00 03 00 65 74 68 30"))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("attribute 3 says it has 0 bytes, 8 are left");
  }

  @Test
  void aValueThatIsTooShortForItsType() {
    Attribute twoBytes = attributes("06 00 03 00 01 02").get(3);

    assertThatThrownBy(twoBytes::u32)
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("attribute 3 has 2 bytes, 4 are needed");
    assertThatThrownBy(twoBytes::address)
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("attribute 3 has 2 bytes, an address has 4 or 16");
  }

  @Test
  void aMissingAttribute() {
    assertThatThrownBy(() -> attributes("").get(7))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("attribute 7 is missing");
  }

  @Test
  void aFixedPartThatIsCutShort() {
    NetlinkMessage message = messages("10 00 00 00 10 00 00 00 00 00 00 00 00 00 00 00").getFirst();

    assertThatThrownBy(() -> message.attributesAfter(16))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("message of type 16 has 0 bytes after its header, 16 are needed");
  }

  @Test
  void anyBytesAreEitherReadOrRefused() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(96)];
      random.nextBytes(bytes);
      if (bytes.length >= 4 && random.nextBoolean()) {
        bytes[0] = (byte) bytes.length; // a plausible length, so that the rest is read
        bytes[1] = 0;
        bytes[2] = 0;
        bytes[3] = 0;
      }
      try {
        for (NetlinkMessage message : NetlinkMessage.parse(buffer(bytes))) {
          message
              .attributesAfter(4)
              .forEach(attribute -> assertThat(attribute.value().remaining()).isLessThan(96));
        }
      } catch (MalformedMessageException refused) {
        assertThat(refused).as("seed " + seed).hasMessageContaining("bytes");
      }
    }
  }

  private static List<NetlinkMessage> messages(String hex) {
    return NetlinkMessage.parse(buffer(Hex.parse(hex)));
  }

  private static Attributes attributes(String hex) {
    return Attributes.parse(buffer(Hex.parse(hex)));
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }
}
