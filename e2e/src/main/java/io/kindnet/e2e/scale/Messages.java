package io.kindnet.e2e.scale;

/**
 * What an agent has asked of the kernel, by the metric {@code kindnet_netlink_messages_total}.
 *
 * @param reads dumps and gets
 * @param writes what changes the kernel, those inside of batches one by one
 */
record Messages(long reads, long writes) {
  private static final String METRIC = "kindnet_netlink_messages_total";

  static Messages of(Metrics metrics) {
    return new Messages(
        (long) metrics.sum(METRIC, "kind=\"read\""), (long) metrics.sum(METRIC, "kind=\"write\""));
  }

  /** What has come since {@code before}. */
  Messages since(Messages before) {
    return new Messages(reads - before.reads, writes - before.writes);
  }

  long all() {
    return reads + writes;
  }

  /** {@code 20000 w, 7 r}. */
  @Override
  public String toString() {
    return writes + " w, " + reads + " r";
  }
}
