package io.kindnet.netlink.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HexTest {
  @Test
  void readsBytesBetweenCommentsAndWhiteSpace() {
    String text =
        """
        # a netlink header
        20 00 00 00   // length 32
        1400 0103     # type 20, flags
        """;

    assertThat(Hex.parse(text)).containsExactly(0x20, 0, 0, 0, 0x14, 0, 1, 3);
  }

  @Test
  void readsTheResourceThatItsTestNames() {
    assertThat(Resources.hex(HexTest.class, "HexTest.hex")).containsExactly(0xca, 0xfe);
  }

  @Test
  void namesTheLineOfAWrongDigit() {
    assertThatThrownBy(() -> Hex.parse("00\n0g"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("line 2: 'g' is not a hex digit");
  }

  @Test
  void namesTheLineOfHalfAByte() {
    assertThatThrownBy(() -> Hex.parse("00\n00\n123"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("line 3: odd number of hex digits");
  }

  @Test
  void dumpsFourBytesALineWithOffsetAndText() {
    byte[] bytes = {7, 0, 1, 0, 'l', 'o', 0};

    assertThat(Hex.dump(bytes))
        .isEqualTo(
            """
            07 00 01 00  # 0000  ....
            6c 6f 00     # 0004  lo.
            """);
  }

  @Test
  void readsItsOwnDump() {
    Random random = new Random(42);
    for (int length = 0; length < 300; length++) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);

      assertThat(Hex.parse(Hex.dump(bytes))).isEqualTo(bytes);
    }
  }
}
