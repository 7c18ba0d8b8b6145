package io.kindnet.cni.protocol;

import org.jspecify.annotations.Nullable;

/** The protocols that a host port can have, with their number in {@code linux/in.h}. */
public enum TransportProtocol {
  TCP("tcp", 6),
  UDP("udp", 17),
  SCTP("sctp", 132);

  private final String text;
  private final int number;

  TransportProtocol(String text, int number) {
    this.text = text;
    this.number = number;
  }

  /** {@code IPPROTO_TCP}, {@code IPPROTO_UDP} or {@code IPPROTO_SCTP}. */
  public int number() {
    return number;
  }

  /** The name in lower case, as it stands in the database. */
  @Override
  public String toString() {
    return text;
  }

  /** The protocol with this number as a byte, or null. */
  public static @Nullable TransportProtocol numbered(byte number) {
    for (TransportProtocol protocol : values()) {
      if ((byte) protocol.number == number) {
        return protocol;
      }
    }
    return null;
  }

  /** The protocol of this name, whatever its case, or null. */
  public static @Nullable TransportProtocol named(String name) {
    for (TransportProtocol protocol : values()) {
      if (protocol.text.equalsIgnoreCase(name)) {
        return protocol;
      }
    }
    return null;
  }
}
