package io.kindnet.netlink.testing;

import java.net.InetAddress;

/**
 * What an echo server answers.
 *
 * @param server the name of the {@link EchoPeer} that answered
 * @param peer the source address of the request as the server saw it
 * @param peerPort the source port of the request as the server saw it
 */
public record EchoReply(String server, InetAddress peer, int peerPort) {
  /** Reads {@code NAME ADDRESS PORT}. */
  static EchoReply parse(String line) {
    String[] words = line.strip().split(" ");
    if (words.length != 3) {
      throw new IllegalArgumentException("'" + line + "' is not NAME ADDRESS PORT");
    }
    return new EchoReply(words[0], InetAddress.ofLiteral(words[1]), Integer.parseInt(words[2]));
  }

  /** {@code NAME ADDRESS PORT}. */
  String toLine() {
    return server + " " + peer.getHostAddress() + " " + peerPort;
  }
}
