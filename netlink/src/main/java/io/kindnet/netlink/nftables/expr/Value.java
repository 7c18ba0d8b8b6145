package io.kindnet.netlink.nftables.expr;

import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.MalformedMessageException;
import io.kindnet.netlink.wire.MessageWriter;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What a register, the key or the data of a set element holds: bytes, 64 at the most ({@code
 * NFT_DATA_VALUE_MAXLEN}). Addresses and ports are in network byte order, marks and the numbers of
 * connection tracking in the machine's own.
 */
public final class Value {
  private static final int NFTA_DATA_VALUE = 1;
  private static final int MAX_LENGTH = 64;
  private static final int IFNAMSIZ = 16;

  private final byte[] bytes;

  private Value(byte[] bytes) {
    if (bytes.length > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "a value of " + bytes.length + " bytes is longer than " + MAX_LENGTH);
    }
    this.bytes = bytes;
  }

  /** Bytes as they are. */
  public static Value of(byte[] bytes) {
    return new Value(bytes.clone());
  }

  /** An address, 4 or 16 bytes. */
  public static Value of(InetAddress address) {
    return new Value(address.getAddress());
  }

  /** One byte, such as a protocol number. */
  public static Value ofByte(int value) {
    return new Value(new byte[] {(byte) value});
  }

  /** A port. */
  public static Value ofPort(int port) {
    if (port < 0 || port > 0xffff) {
      throw new IllegalArgumentException(port + " is no port");
    }
    return new Value(new byte[] {(byte) (port >> 8), (byte) port});
  }

  /** A number of four bytes in the machine's byte order, such as a mark. */
  public static Value ofInt(int value) {
    byte[] bytes = new byte[Integer.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putInt(value);
    return new Value(bytes);
  }

  /** Eight bytes in network byte order. */
  public static Value ofLongBe(long value) {
    return new Value(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
  }

  /** The name of an interface, in 16 bytes. */
  public static Value ofInterfaceName(String name) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    if (text.length >= IFNAMSIZ) {
      throw new IllegalArgumentException("'" + name + "' is too long for an interface name");
    }
    return new Value(Arrays.copyOf(text, IFNAMSIZ));
  }

  /** Several values behind each other, each filled up to four bytes, as in registers. */
  public static Value concatenation(Value... fields) {
    int length = 0;
    for (Value field : fields) {
      length += align(field.bytes.length);
    }
    byte[] bytes = new byte[length];
    int at = 0;
    for (Value field : fields) {
      System.arraycopy(field.bytes, 0, bytes, at, field.bytes.length);
      at += align(field.bytes.length);
    }
    return new Value(bytes);
  }

  /** The field of {@code length} bytes at {@code offset} of a concatenation. */
  public Value field(int offset, int length) {
    return new Value(Arrays.copyOfRange(bytes, offset, offset + length));
  }

  /** A copy of the bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** How many bytes there are. */
  public int length() {
    return bytes.length;
  }

  /** Appends an attribute {@code type} that holds this as {@code NFTA_DATA_VALUE}. */
  public void pack(MessageWriter writer, int type) {
    int data = writer.beginNested(type);
    writer.attribute(NFTA_DATA_VALUE, bytes).end(data);
  }

  /** Reads the attribute that {@link #pack} wrote. */
  public static Value parse(Attribute attribute) {
    byte[] bytes = attribute.nested().get(NFTA_DATA_VALUE).bytes();
    if (bytes.length > MAX_LENGTH) {
      throw new MalformedMessageException(
          "a value of " + bytes.length + " bytes is longer than " + MAX_LENGTH);
    }
    return new Value(bytes);
  }

  /** As {@link #parse}, but null where the attribute holds a verdict. */
  public static @Nullable Value parseUnlessVerdict(Attribute attribute) {
    return attribute.nested().find(NFTA_DATA_VALUE) == null ? null : parse(attribute);
  }

  private static int align(int length) {
    return (length + 3) & ~3;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Value value && Arrays.equals(bytes, value.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The bytes in hex. */
  @Override
  public String toString() {
    return "0x" + HexFormat.of().formatHex(bytes);
  }
}
