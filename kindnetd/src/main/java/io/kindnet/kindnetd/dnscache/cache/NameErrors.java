package io.kindnet.kindnetd.dnscache.cache;

import io.kindnet.kindnetd.dnscache.wire.Dns;
import java.util.concurrent.TimeUnit;

/**
 * Whether a server means it when it says that there is no such name (RFC 2308 section 5). Some say so
 * of the type alone, such as those that are made to hide all AAAA records: that a name has no AAAA
 * record must not take its A record away. So an error counts for all types only after the server has
 * said the same of A and AAAA for a number of names, and not for a while after it has not.
 */
final class NameErrors {
  private static final int AGREEMENTS = 8;
  private static final long DISTRUST_NANOS = TimeUnit.HOURS.toNanos(1);

  private int agreements;
  private long distrusted;

  /** The type that clients ask for together with another. */
  static int sibling(int type) {
    return type == Dns.TYPE_A ? Dns.TYPE_AAAA : Dns.TYPE_A;
  }

  /**
   * An error about one type of a name could be compared with what there is of another.
   *
   * @param agreed whether both are errors
   */
  void seen(boolean agreed, long now) {
    if (agreed) {
      agreements = Math.min(agreements + 1, AGREEMENTS);
    } else {
      agreements = 0;
      distrusted = now;
    }
  }

  boolean trusted(long now) {
    return agreements >= AGREEMENTS && (distrusted == 0 || now - distrusted > DISTRUST_NANOS);
  }
}
