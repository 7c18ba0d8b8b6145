package io.kindnet.kindnetd.status;

import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Reads a listening address as Go writes it: {@code :19080} for every address, {@code
 * 127.0.0.1:19080}, {@code [::1]:19080}, {@code localhost:19080}. No other name: names are not
 * looked up.
 */
public final class BindAddress {
  private static final int HIGHEST_PORT = 65_535;

  private BindAddress() {}

  /**
   * @throws IllegalArgumentException saying what is wrong with {@code text}
   */
  public static InetSocketAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("missing port, the form is ADDRESS:PORT or :PORT");
    }
    int port = port(text.substring(colon + 1));
    String host = text.substring(0, colon);
    return host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host(host), port);
  }

  /** {@code address} in the form that {@link #parse} reads. */
  public static String format(InetSocketAddress address) {
    InetAddress host = address.getAddress();
    String text = IpAddresses.format(host);
    if (host.isAnyLocalAddress()) {
      return ":" + address.getPort();
    }
    return (text.indexOf(':') < 0 ? text : "[" + text + "]") + ":" + address.getPort();
  }

  private static InetAddress host(String host) {
    if (host.equals("localhost")) {
      return InetAddress.getLoopbackAddress();
    }
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (!bracketed && host.indexOf(':') >= 0) {
      throw new IllegalArgumentException("an IPv6 address stands in brackets, as in [::1]:19080");
    }
    return IpAddresses.parse(bracketed ? host.substring(1, host.length() - 1) : host);
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      if (port >= 0 && port <= HIGHEST_PORT) {
        return port;
      }
    } catch (NumberFormatException notANumber) {
      // the message below says it
    }
    throw new IllegalArgumentException(
        "'" + text + "' is not a port, a number from 0 to " + HIGHEST_PORT);
  }
}
