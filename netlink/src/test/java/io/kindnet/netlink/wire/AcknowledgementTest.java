package io.kindnet.netlink.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.testing.Hex;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class AcknowledgementTest {
  private static final String HEADER_OF_REQUEST =
      "24 00 00 00 12 00 05 00 01 00 00 00 00 00 00 00 ";

  private final MessageWriter request =
      new MessageWriter("get link x", 18, 0).bytes(new byte[16]).attributeU32(29, 5);

  @Test
  void success() {
    Acknowledgement read =
        parse("24 00 00 00 02 00 00 01 01 00 00 00 00 00 00 00  00 00 00 00 " + HEADER_OF_REQUEST);

    assertThat(read).isEqualTo(new Acknowledgement(0, "", 0, 0));
  }

  @Test
  void anErrorWithTextAndOffset() {
    Acknowledgement read =
        parse(
            """
            38 00 00 00 02 00 00 03 01 00 00 00 00 00 00 00  # NLM_F_CAPPED, NLM_F_ACK_TLVS
            ea ff ff ff  # -22
            """
                + HEADER_OF_REQUEST
                + """
                09 00 01 00 6e 6f 70 65 00 00 00 00  # NLMSGERR_ATTR_MSG
                08 00 02 00 20 00 00 00  # NLMSGERR_ATTR_OFFS: 32
                """);

    assertThat(read).isEqualTo(new Acknowledgement(22, "nope", 32, 0));
    assertThat(read.toException(request))
        .hasMessage("get link x: EINVAL (Invalid argument): nope, attribute 29 at byte 32");
  }

  @Test
  void aMissingAttribute() {
    assertThat(new Acknowledgement(22, "", 0, 3).toException(request))
        .hasMessage("get link x: EINVAL (Invalid argument): attribute 3 is missing");
  }

  @Test
  void anOffsetOutsideTheRequestIsOnlyPrinted() {
    assertThat(new Acknowledgement(22, "", 4000, 0).toException(request))
        .hasMessage("get link x: EINVAL (Invalid argument): at byte 4000");
  }

  @Test
  void anOffsetWithALabelIsPutDownToThat() {
    MessageWriter labelled =
        new MessageWriter("add elements", 12, 0)
            .attributeU32(1, 1)
            .label("element 10.0.0.1")
            .attributeU32(1, 2);

    assertThat(new Acknowledgement(17, "", 24, 0).toException(labelled))
        .hasMessage("add elements: EEXIST (File exists): element 10.0.0.1");
  }

  @Test
  void oneThatIsCutShort() {
    assertThatThrownBy(() -> parse("14 00 00 00 02 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00"))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("20 are needed");
  }

  private static Acknowledgement parse(String hex) {
    ByteBuffer bytes = ByteBuffer.wrap(Hex.parse(hex)).order(ByteOrder.nativeOrder());
    return Acknowledgement.parse(NetlinkMessage.parse(bytes).getFirst());
  }
}
