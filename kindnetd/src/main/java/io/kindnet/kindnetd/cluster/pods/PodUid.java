package io.kindnet.kindnetd.cluster.pods;

/**
 * What tells a Pod from others of the same name, before and after it, in little memory: of the text
 * of a UID, 64 bits that depend on all of it.
 */
public final class PodUid {
  /** No UID is known. */
  public static final long UNKNOWN = 0;

  private static final int FACTOR = 31;

  private PodUid() {}

  /**
   * The number of a UID.
   *
   * @param text such as {@code 7a2d61e5-…}; empty if it is not known
   */
  public static long of(String text) {
    if (text.isEmpty()) {
      return UNKNOWN;
    }
    long uid = 1;
    for (int i = 0; i < text.length(); i++) {
      uid = FACTOR * uid + text.charAt(i);
    }
    return uid == UNKNOWN ? 1 : uid;
  }

  /** Whether both may be those of one Pod. */
  public static boolean mayBeSame(long one, long other) {
    return one == other || one == UNKNOWN || other == UNKNOWN;
  }
}
