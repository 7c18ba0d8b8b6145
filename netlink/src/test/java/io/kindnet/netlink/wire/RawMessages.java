package io.kindnet.netlink.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;

/** Messages as bytes, whole and cut short. */
public final class RawMessages {
  private static final int HEADER_BYTES = 16; // struct nlmsghdr
  private static final int NFGENMSG_BYTES = 4;

  private RawMessages() {}

  /** The first message in {@code bytes}. */
  public static NetlinkMessage parse(byte[] bytes) {
    return NetlinkMessage.parse(ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder())).getFirst();
  }

  /**
   * Cuts {@code whole} behind each byte from its header on, with the length in it put right: what
   * is left is either read or refused for that reason.
   *
   * @param reader of a message
   * @return how often it was refused
   */
  public static int refusedBeginnings(byte[] whole, Consumer<NetlinkMessage> reader) {
    int refused = 0;
    for (int length = HEADER_BYTES; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      ByteBuffer.wrap(cut).order(ByteOrder.nativeOrder()).putInt(0, length);
      refused += isRefused(cut, reader, "cut to " + length + " bytes") ? 1 : 0;
    }
    return refused;
  }

  /**
   * Changes each byte of {@code whole} behind its headers, to values that are short or long as
   * lengths: what comes of it is either read or refused.
   *
   * @param reader of a message
   */
  public static void changeEachByte(byte[] whole, Consumer<NetlinkMessage> reader) {
    for (int at = HEADER_BYTES + NFGENMSG_BYTES; at < whole.length; at++) {
      for (byte wrong : new byte[] {0, 1, 5, 0x7f, (byte) 0xff}) {
        byte[] broken = whole.clone();
        broken[at] = wrong;
        isRefused(broken, reader, "byte " + at + " is " + wrong);
      }
    }
  }

  private static boolean isRefused(byte[] bytes, Consumer<NetlinkMessage> reader, String change) {
    Throwable thrown = catchThrowable(() -> reader.accept(parse(bytes)));
    if (thrown != null) {
      assertThat(thrown).as(change).isOfAnyClassIn(MalformedMessageException.class);
    }
    return thrown != null;
  }
}
