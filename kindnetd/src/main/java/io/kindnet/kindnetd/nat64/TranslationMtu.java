package io.kindnet.kindnetd.nat64;

/** How much longer packets of IPv6 are than those of IPv4 that they are made of, in bytes. */
final class TranslationMtu {
  /** The header of IPv6 against that of IPv4. */
  static final int OF_A_PACKET = 20;

  /** The same, and the header that a fragment has in IPv6. */
  static final int OF_A_FRAGMENT = OF_A_PACKET + 8;

  private static final int HEADERS_OF_TCP = 40;

  private TranslationMtu() {}

  /**
   * The largest TCP segment that comes through in one packet of IPv4.
   *
   * @param podMtu the largest packet that pods take
   */
  static int segment(int podMtu) {
    return podMtu - OF_A_FRAGMENT - HEADERS_OF_TCP;
  }
}
