package io.kindnet.netlink.testing;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * A request to an echo server.
 *
 * @param transport TCP or UDP
 * @param destination whom to ask
 * @param source where the request comes from; port 0 lets the kernel choose, and so does the
 *     wildcard address
 * @param timeout how long to wait for the connection and for the answer, each
 */
public record EchoRequest(
    Transport transport,
    InetSocketAddress destination,
    InetSocketAddress source,
    Duration timeout) {
  private static final Duration TIMEOUT = Deadlines.scaled(Duration.ofSeconds(5));

  /** Asks {@code address}, a literal, over TCP. */
  public static EchoRequest tcp(String address, int port) {
    return to(Transport.TCP, address, port);
  }

  /** Asks {@code address}, a literal, over UDP with one datagram. */
  public static EchoRequest udp(String address, int port) {
    return to(Transport.UDP, address, port);
  }

  /** Asks {@code address}, a literal, with 5 s for an answer. */
  public static EchoRequest to(Transport transport, String address, int port) {
    InetAddress destination = InetAddress.ofLiteral(address);
    String any = destination.getAddress().length == 4 ? "0.0.0.0" : "::";
    return new EchoRequest(
        transport,
        new InetSocketAddress(destination, port),
        new InetSocketAddress(InetAddress.ofLiteral(any), 0),
        TIMEOUT);
  }

  /** The same from {@code address}, a literal, and {@code port}; 0 lets the kernel choose. */
  public EchoRequest from(String address, int port) {
    InetSocketAddress from = new InetSocketAddress(InetAddress.ofLiteral(address), port);
    return new EchoRequest(transport, destination, from, timeout);
  }

  /** The same with another time to wait. Short ones are for answers that must not come. */
  public EchoRequest waiting(Duration time) {
    return new EchoRequest(transport, destination, source, time);
  }

  /** Reads what {@link #toLine} wrote. */
  static EchoRequest parse(String line) {
    String[] words = line.split(" ");
    return new EchoRequest(
        Transport.valueOf(words[0]),
        new InetSocketAddress(InetAddress.ofLiteral(words[1]), Integer.parseInt(words[2])),
        new InetSocketAddress(InetAddress.ofLiteral(words[3]), Integer.parseInt(words[4])),
        Duration.ofMillis(Long.parseLong(words[5])));
  }

  /** {@code TRANSPORT ADDRESS PORT SOURCE PORT MILLISECONDS}. */
  String toLine() {
    return String.join(
        " ",
        transport.name(),
        destination.getAddress().getHostAddress(),
        String.valueOf(destination.getPort()),
        source.getAddress().getHostAddress(),
        String.valueOf(source.getPort()),
        String.valueOf(timeout.toMillis()));
  }
}
