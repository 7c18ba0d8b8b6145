package io.kindnet.netlink.testing;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

/**
 * Bytes as text that people can read: pairs of hex digits, one field a line, with comments from
 * {@code #} or {@code //} to the end of the line.
 */
public final class Hex {
  /** Netlink aligns everything to this. */
  private static final int BYTES_PER_LINE = 4;

  private static final HexFormat FORMAT = HexFormat.ofDelimiter(" ");

  private Hex() {}

  /**
   * The bytes that {@code text} spells. White space between digits means nothing.
   *
   * @throws IllegalArgumentException naming line and reason, if it is not annotated hex
   */
  public static byte[] parse(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      StringBuilder digits = new StringBuilder();
      for (char c : withoutComment(line).toCharArray()) {
        if (Character.digit(c, 16) >= 0) {
          digits.append(c);
        } else if (!Character.isWhitespace(c)) {
          throw new IllegalArgumentException("line " + number + ": '" + c + "' is not a hex digit");
        }
      }
      if (digits.length() % 2 != 0) {
        throw new IllegalArgumentException("line " + number + ": odd number of hex digits");
      }
      bytes.writeBytes(HexFormat.of().parseHex(digits));
    }
    return bytes.toByteArray();
  }

  /**
   * {@code bytes} as lines of four, each with its offset (hex) and its printable characters as a
   * comment, so that two dumps can be compared line by line and a dump be parsed again.
   */
  public static String dump(byte[] bytes) {
    StringBuilder lines = new StringBuilder();
    for (int start = 0; start < bytes.length; start += BYTES_PER_LINE) {
      int end = Math.min(start + BYTES_PER_LINE, bytes.length);
      lines.append(FORMAT.formatHex(bytes, start, end));
      lines.append("   ".repeat(BYTES_PER_LINE - (end - start)));
      lines.append("  # ").append(HexFormat.of().toHexDigits((short) start)).append("  ");
      for (int i = start; i < end; i++) {
        lines.append(bytes[i] > ' ' && bytes[i] < 0x7f ? (char) bytes[i] : '.');
      }
      lines.append('\n');
    }
    return lines.toString();
  }

  private static String withoutComment(String line) {
    int end = line.length();
    for (String start : new String[] {"#", "//"}) {
      int comment = line.indexOf(start);
      end = comment >= 0 ? Math.min(end, comment) : end;
    }
    return line.substring(0, end);
  }
}
