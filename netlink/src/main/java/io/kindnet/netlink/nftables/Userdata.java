package io.kindnet.netlink.nftables;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The notes that {@code nft} keeps with objects, which the kernel only stores: type, length and
 * value, a byte each for type and length (libnftnl, {@code include/libnftnl/udata.h}).
 */
final class Userdata {
  static final int NFTNL_UDATA_RULE_COMMENT = 0;
  static final int NFTNL_UDATA_SET_KEYBYTEORDER = 0;
  static final int NFTNL_UDATA_SET_DATABYTEORDER = 1;
  static final int NFTNL_UDATA_SET_MERGE_ELEMENTS = 2;
  static final int NFTNL_UDATA_SET_COMMENT = 7;
  static final int NFTNL_UDATA_SET_ELEM_COMMENT = 0;

  /** nft accepts no longer comment. */
  private static final int MAX_COMMENT = 127;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  Userdata u32(int type, int value) {
    byte[] number = new byte[Integer.BYTES];
    ByteBuffer.wrap(number).order(ByteOrder.nativeOrder()).putInt(value);
    bytes.write(type);
    bytes.write(number.length);
    bytes.writeBytes(number);
    return this;
  }

  Userdata comment(int type, @Nullable String comment) {
    if (comment == null) {
      return this;
    }
    byte[] text = comment.getBytes(StandardCharsets.UTF_8);
    if (text.length > MAX_COMMENT) {
      throw new IllegalArgumentException(
          "the comment '" + comment + "' is longer than " + MAX_COMMENT + " bytes");
    }
    bytes.write(type);
    bytes.write(text.length + 1);
    bytes.writeBytes(text);
    bytes.write(0);
    return this;
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }

  /** The value of {@code type}; null where there is none, or where these are not nft's notes. */
  static byte @Nullable [] find(byte[] userdata, int type) {
    int at = 0;
    while (at + 2 <= userdata.length) {
      int length = userdata[at + 1] & 0xff;
      if (at + 2 + length > userdata.length) {
        return null;
      }
      if (userdata[at] == type) {
        byte[] value = new byte[length];
        System.arraycopy(userdata, at + 2, value, 0, length);
        return value;
      }
      at += 2 + length;
    }
    return null;
  }

  static @Nullable String findComment(byte[] userdata, int type) {
    byte[] value = find(userdata, type);
    if (value == null || value.length == 0) {
      return null;
    }
    return new String(value, 0, value.length - 1, StandardCharsets.UTF_8);
  }

  static int findU32(byte[] userdata, int type, int otherwise) {
    byte[] value = find(userdata, type);
    return value == null || value.length != Integer.BYTES
        ? otherwise
        : ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
  }
}
