package io.kindnet.netlink.wire;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many requests a socket has sent so far, those of a batch counted one by one. What only frames
 * others, such as the begin and the end of a transaction, is none. May be read from any thread, at
 * any time.
 */
public final class RequestCount {
  private final AtomicLong reads = new AtomicLong();
  private final AtomicLong writes = new AtomicLong();

  RequestCount() {}

  /** The dumps and gets, each again where it had to be asked for again. */
  public long reads() {
    return reads.get();
  }

  /** What asked the kernel to change something, whether it did or refused. */
  public long writes() {
    return writes.get();
  }

  void addRead() {
    reads.incrementAndGet();
  }

  void addWrites(int number) {
    writes.addAndGet(number);
  }
}
