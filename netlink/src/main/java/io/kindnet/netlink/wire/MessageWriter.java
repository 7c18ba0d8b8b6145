package io.kindnet.netlink.wire;

import static io.kindnet.netlink.wire.NetlinkConstants.ATTRIBUTE_HEADER_LENGTH;
import static io.kindnet.netlink.wire.NetlinkConstants.HEADER_LENGTH;
import static io.kindnet.netlink.wire.NetlinkConstants.NLA_F_NESTED;
import static io.kindnet.netlink.wire.NetlinkConstants.align;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes one netlink message: {@code struct nlmsghdr}, a fixed part of the family, then attributes.
 * Numbers are in native byte order unless a method says {@code Be}. The sequence number is filled
 * in by the socket.
 */
public final class MessageWriter {
  /** The most that one attribute can hold: its length field has 16 bits. */
  public static final int MAX_ATTRIBUTE_PAYLOAD = 0xffff - ATTRIBUTE_HEADER_LENGTH;

  private static final int LENGTH_OFFSET = 0;
  private static final int FLAGS_OFFSET = 6;
  private static final int SEQUENCE_OFFSET = 8;

  private record Label(int offset, Object part) {}

  private final Object what;
  private final List<Label> labels = new ArrayList<>();
  private ByteBuffer buffer = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());

  /**
   * Begins a message.
   *
   * @param what what it does to which object, for the message of an error: {@code add route
   *     10.0.0.0/24}; its {@code toString} is called only then
   * @param type the message type
   * @param flags {@code NLM_F_} flags; {@code NLM_F_REQUEST} is added
   */
  public MessageWriter(Object what, int type, int flags) {
    this.what = what;
    buffer
        .putInt(0)
        .putShort((short) type)
        .putShort((short) (flags | NetlinkConstants.NLM_F_REQUEST));
    buffer.putInt(0).putInt(0);
  }

  /** What the message does, for the message of an error. */
  public String what() {
    return what.toString();
  }

  /** Appends one byte. */
  public MessageWriter u8(int value) {
    room(1).put((byte) value);
    return this;
  }

  /** Appends two bytes. */
  public MessageWriter u16(int value) {
    room(2).putShort((short) value);
    return this;
  }

  /** Appends two bytes in network byte order. */
  public MessageWriter u16Be(int value) {
    room(2).put((byte) (value >> 8)).put((byte) value);
    return this;
  }

  /** Appends four bytes. */
  public MessageWriter u32(int value) {
    room(4).putInt(value);
    return this;
  }

  /** Appends bytes as they are. */
  public MessageWriter bytes(byte[] value) {
    room(value.length).put(value);
    return this;
  }

  /** Appends an attribute that holds bytes as they are. */
  public MessageWriter attribute(int type, byte[] value) {
    int start = begin(type);
    bytes(value);
    return end(start);
  }

  /** Appends an attribute without a value. */
  public MessageWriter attributeFlag(int type) {
    return end(begin(type));
  }

  /** Appends an attribute of one byte. */
  public MessageWriter attributeU8(int type, int value) {
    int start = begin(type);
    u8(value);
    return end(start);
  }

  /** Appends an attribute of two bytes. */
  public MessageWriter attributeU16(int type, int value) {
    int start = begin(type);
    u16(value);
    return end(start);
  }

  /** Appends an attribute of two bytes in network byte order. */
  public MessageWriter attributeU16Be(int type, int value) {
    int start = begin(type);
    u16Be(value);
    return end(start);
  }

  /** Appends an attribute of four bytes. */
  public MessageWriter attributeU32(int type, int value) {
    int start = begin(type);
    u32(value);
    return end(start);
  }

  /** Appends an attribute of four bytes in network byte order. */
  public MessageWriter attributeU32Be(int type, int value) {
    int start = begin(type);
    u32(networkOrder(value));
    return end(start);
  }

  /** Appends an attribute of eight bytes in network byte order. */
  public MessageWriter attributeU64Be(int type, long value) {
    int start = begin(type);
    room(8);
    buffer.order(ByteOrder.BIG_ENDIAN).putLong(value).order(ByteOrder.nativeOrder());
    return end(start);
  }

  /** Appends an attribute that holds UTF-8 text and a NUL. */
  public MessageWriter attributeString(int type, String value) {
    int start = begin(type);
    bytes(value.getBytes(StandardCharsets.UTF_8));
    u8(0);
    return end(start);
  }

  /**
   * Begins an attribute that holds attributes, marked as such.
   *
   * @return what {@link #end} takes
   */
  public int beginNested(int type) {
    return begin(type | NLA_F_NESTED);
  }

  /**
   * Begins an attribute whose value the following calls append.
   *
   * @return what {@link #end} takes
   */
  public int begin(int type) {
    int start = buffer.position();
    u16(0);
    return u16(type).startedAt(start);
  }

  /**
   * Ends the attribute that began at {@code start}.
   *
   * @throws IllegalArgumentException if it holds more than {@link #MAX_ATTRIBUTE_PAYLOAD} bytes
   */
  public MessageWriter end(int start) {
    int length = buffer.position() - start;
    if (length > MAX_ATTRIBUTE_PAYLOAD + ATTRIBUTE_HEADER_LENGTH) {
      throw new IllegalArgumentException(
          what + ": an attribute of " + length + " bytes does not fit its 16-bit length");
    }
    buffer.putShort(start, (short) length);
    pad();
    return this;
  }

  /**
   * Names what the next attribute stands for, for the message of an error that the kernel finds in
   * it.
   *
   * @param part whose {@code toString} names it, called only then
   */
  public MessageWriter label(Object part) {
    labels.add(new Label(buffer.position(), part));
    return this;
  }

  /** What was written at {@code offset}, if it has a label. */
  @Nullable Object labelAt(int offset) {
    for (Label label : labels) {
      if (label.offset == offset) {
        return label.part;
      }
    }
    return null;
  }

  /** How many bytes the message has so far. */
  public int length() {
    return buffer.position();
  }

  /**
   * The finished message, to be sent once.
   *
   * @param sequence the sequence number to fill in
   * @param moreFlags flags to add to those given at the beginning
   */
  ByteBuffer finish(int sequence, int moreFlags) {
    buffer.putInt(LENGTH_OFFSET, buffer.position());
    buffer.putShort(FLAGS_OFFSET, (short) (buffer.getShort(FLAGS_OFFSET) | moreFlags));
    buffer.putInt(SEQUENCE_OFFSET, sequence);
    pad();
    return buffer.duplicate().order(ByteOrder.nativeOrder()).flip();
  }

  /** A copy of the message as it stands, the sequence number 0: what a test compares. */
  public byte[] toBytes() {
    byte[] bytes = new byte[buffer.position()];
    buffer.get(0, bytes);
    ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putInt(LENGTH_OFFSET, bytes.length);
    return bytes;
  }

  private int startedAt(int start) {
    return start;
  }

  private void pad() {
    while (buffer.position() != align(buffer.position())) {
      u8(0);
    }
  }

  private ByteBuffer room(int length) {
    if (buffer.remaining() < length) {
      int capacity = Math.max(buffer.capacity() * 2, buffer.position() + length + HEADER_LENGTH);
      buffer = ByteBuffer.allocate(capacity).order(ByteOrder.nativeOrder()).put(buffer.flip());
    }
    return buffer;
  }

  private static int networkOrder(int value) {
    return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? Integer.reverseBytes(value) : value;
  }
}
