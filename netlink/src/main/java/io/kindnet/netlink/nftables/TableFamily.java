package io.kindnet.netlink.nftables;

import io.kindnet.netlink.wire.MalformedMessageException;
import java.util.Locale;

/** The family of a table, with its number in {@code linux/netfilter.h} ({@code NFPROTO_}). */
public enum TableFamily {
  /** Both IPv4 and IPv6. */
  INET(1),
  /** IPv4. */
  IP(2),
  /** ARP. */
  ARP(3),
  /** Ingress and egress of one device. */
  NETDEV(5),
  /** Frames of a bridge. */
  BRIDGE(7),
  /** IPv6. */
  IP6(10);

  private final int number;

  TableFamily(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  static TableFamily ofNumber(int number) {
    for (TableFamily family : values()) {
      if (family.number == number) {
        return family;
      }
    }
    throw new MalformedMessageException("there is no table family " + number);
  }

  /** The word that {@code nft} uses. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
