package io.kindnet.netlink.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.Hex;
import io.kindnet.netlink.testing.Resources;
import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Messages as annotated hex in files beside the tests, one field a line. */
final class Bytes {
  private Bytes() {}

  /** The message in {@code NAME.hex}. */
  static NetlinkMessage message(String name) {
    byte[] bytes = Resources.hex(Bytes.class, name + ".hex");
    return NetlinkMessage.parse(ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder())).getFirst();
  }

  /**
   * Fails with both as hex, line by line, unless {@code writer} wrote what {@code NAME.hex} says.
   */
  static void assertWritten(MessageWriter writer, String name) {
    assertThat(Hex.dump(writer.toBytes()))
        .as(name + ".hex")
        .isEqualTo(Hex.dump(Resources.hex(Bytes.class, name + ".hex")));
  }
}
