package io.kindnet.kindnetd.conntrack;

/**
 * When connections began that were not answered yet. Holds so many and no more, whatever comes and
 * whatever is lost: a newer one takes the place of an older one. For one thread.
 */
final class ReplyTimes {
  private final int[] ids;
  private final long[] times;
  private final int mask;

  /**
   * @param size a power of two
   */
  ReplyTimes(int size) {
    this.ids = new int[size];
    this.times = new long[size];
    this.mask = size - 1;
  }

  /**
   * A connection began.
   *
   * @param id the kernel's, whose bits are as good as random
   * @param nanos when
   */
  void began(int id, long nanos) {
    ids[id & mask] = id;
    times[id & mask] = nanos;
  }

  /**
   * It was answered, or ended: it is not waited for any more.
   *
   * @return when it began; 0 if that is not known
   */
  long take(int id) {
    int slot = id & mask;
    if (ids[slot] != id) {
      return 0;
    }
    long began = times[slot];
    times[slot] = 0;
    return began;
  }
}
