package io.kindnet.kindnetd.kube;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * Addresses and CIDRs as the API server reads them, which is more than it lets in today: leading
 * zeros (decimal all the same), IPv4 written as IPv6, and bits behind the length. Older servers
 * stored such texts, and they stay.
 *
 * <p>Agrees with {@code ParseIPSloppy} and {@code ParseCIDRSloppy} of k8s.io/utils/net.
 */
public final class ApiAddresses {
  private static final int V4_BYTES = 4;
  private static final int V6_BYTES = 16;
  private static final int GROUP_BYTES = 2;

  /** The bits of an IPv4-mapped IPv6 address that are not the IPv4 address: RFC 4291, 2.5.5.2. */
  private static final int MAPPED_BITS = 96;

  private static final int LONGEST_SHOWN = 64;

  private ApiAddresses() {}

  /**
   * Reads an address; an IPv4-mapped one is the IPv4 address.
   *
   * @throws IllegalArgumentException naming {@code text}, if it is none
   */
  public static InetAddress address(String text) {
    byte[] bytes = text.indexOf(':') < 0 ? ipv4(text) : ipv6(text);
    if (bytes.length == 0) {
      throw new IllegalArgumentException("'" + printable(text) + "' is not an IP address");
    }
    return IpAddresses.of(bytes);
  }

  /**
   * Reads {@code ADDRESS/LENGTH} and clears the bits behind the length; a part of the IPv4-mapped
   * addresses is a prefix of IPv4.
   *
   * @throws IllegalArgumentException naming {@code text}, if it is none
   */
  public static IpPrefix prefix(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? "" : text.substring(0, slash);
    byte[] bytes = address.indexOf(':') < 0 ? ipv4(address) : ipv6(address);
    int length = slash < 0 ? -1 : number(text.substring(slash + 1), 10, 8 * bytes.length);
    if (bytes.length == 0 || length < 0) {
      throw new IllegalArgumentException("'" + printable(text) + "' is not a CIDR");
    }
    boolean mapped = bytes.length == V6_BYTES && IpAddresses.of(bytes).getAddress().length == 4;
    if (!mapped) {
      return new IpPrefix(IpAddresses.of(bytes), length);
    }
    return length >= MAPPED_BITS
        ? new IpPrefix(IpAddresses.of(bytes), length - MAPPED_BITS)
        : new IpPrefix(IpAddresses.of(withoutLastMappedBits(bytes, length)), length);
  }

  /** Text of others for a log: not longer than a line, and without what could end one. */
  public static String printable(String text) {
    String part = text.length() > LONGEST_SHOWN ? text.substring(0, LONGEST_SHOWN) + "…" : text;
    return part.replaceAll("\\p{Cntrl}", "?");
  }

  /** So that it is no IPv4-mapped address any more, which Java takes for one of IPv4. */
  private static byte[] withoutLastMappedBits(byte[] bytes, int length) {
    byte[] cleared = bytes.clone();
    for (int bit = length; bit < MAPPED_BITS; bit++) {
      cleared[bit / 8] &= (byte) ~(0x80 >> bit % 8);
    }
    return cleared;
  }

  /** Four decimal numbers; no bytes if it is anything else. */
  private static byte[] ipv4(String text) {
    String[] parts = text.split("\\.", -1);
    byte[] bytes = new byte[V4_BYTES];
    if (parts.length != V4_BYTES) {
      return new byte[0];
    }
    for (int i = 0; i < V4_BYTES; i++) {
      int part = number(parts[i], 10, 0xff);
      if (part < 0) {
        return new byte[0];
      }
      bytes[i] = (byte) part;
    }
    return bytes;
  }

  /** RFC 4291, 2.2; no bytes if it is anything else. */
  private static byte[] ipv6(String text) {
    int gap = text.indexOf("::");
    if (gap < 0) {
      byte[] whole = groups(text, /* last= */ true);
      return whole.length == V6_BYTES ? whole : new byte[0];
    }
    String before = text.substring(0, gap);
    String behind = text.substring(gap + 2);
    byte[] head = before.isEmpty() ? new byte[0] : groups(before, /* last= */ false);
    byte[] tail = behind.isEmpty() ? new byte[0] : groups(behind, /* last= */ true);
    boolean unreadable =
        (!before.isEmpty() && head.length == 0) || (!behind.isEmpty() && tail.length == 0);
    // the gap stands for a group at least
    if (unreadable || head.length + tail.length > V6_BYTES - GROUP_BYTES) {
      return new byte[0];
    }
    byte[] bytes = Arrays.copyOf(head, V6_BYTES);
    System.arraycopy(tail, 0, bytes, V6_BYTES - tail.length, tail.length);
    return bytes;
  }

  /**
   * Groups with single colons between them; no bytes if it is anything else.
   *
   * @param last whether the address ends here, where it may end with an IPv4 address
   */
  private static byte[] groups(String text, boolean last) {
    String[] parts = text.split(":", -1);
    byte[] bytes = new byte[GROUP_BYTES * (parts.length + 1)];
    int count = 0;
    for (int i = 0; i < parts.length; i++) {
      if (last && i == parts.length - 1 && parts[i].indexOf('.') >= 0) {
        byte[] ipv4 = ipv4(parts[i]);
        System.arraycopy(ipv4, 0, bytes, count, ipv4.length);
        return ipv4.length == 0 ? ipv4 : Arrays.copyOf(bytes, count + V4_BYTES);
      }
      int group = number(parts[i], 16, 0xffff);
      if (group < 0) {
        return new byte[0];
      }
      bytes[count++] = (byte) (group >> 8);
      bytes[count++] = (byte) group;
    }
    return Arrays.copyOf(bytes, count);
  }

  /** A number up to {@code most}, with any number of zeros before it; -1 if it is anything else. */
  private static int number(String text, int radix, int most) {
    int number = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // of other scripts there are digits, too
      int digit = c < 128 ? Character.digit(c, radix) : -1;
      if (digit < 0) {
        return -1;
      }
      number = number * radix + digit;
      if (number > most) {
        return -1;
      }
    }
    return text.isEmpty() ? -1 : number;
  }
}
