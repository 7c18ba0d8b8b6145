package io.kindnet.netlink.route;

/** What a link can do, {@code IF_OPER_} of {@code linux/if.h} (RFC 2863). */
public enum OperationalState {
  /** The driver does not say: {@code lo} and others that are usable as soon as they are up. */
  UNKNOWN,
  NOTPRESENT,
  DOWN,
  /** What the link stands on is down: the peer of a veth, for one. */
  LOWERLAYERDOWN,
  TESTING,
  /** Up, and waiting for something outside. */
  DORMANT,
  UP;

  private static final OperationalState[] BY_NUMBER = values();

  /** The state with the number that the kernel uses; {@link #UNKNOWN} for one it does not know. */
  static OperationalState ofNumber(int number) {
    return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : UNKNOWN;
  }
}
