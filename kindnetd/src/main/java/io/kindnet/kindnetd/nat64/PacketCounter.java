package io.kindnet.kindnetd.nat64;

import java.util.Locale;

/** What the programs count: {@code enum counter} of {@code packet.h}. */
enum PacketCounter {
  TO_IPV4(0),
  TO_IPV6(1),
  UNKNOWN_POD(2),
  OTHER_PREFIX(3),
  UNTRANSLATABLE(4),
  MALFORMED(5),
  FAILED(6);

  private final int index;

  PacketCounter(int index) {
    this.index = index;
  }

  /** The key in the map of the programs. */
  int index() {
    return index;
  }

  /** As a metric has it. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
