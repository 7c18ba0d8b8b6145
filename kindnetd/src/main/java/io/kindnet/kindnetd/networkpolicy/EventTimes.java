package io.kindnet.kindnetd.networkpolicy;

import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/** When the first of the events came that have not been carried out yet. For any thread. */
final class EventTimes {
  private static final long NONE = 0;

  private final AtomicLong first = new AtomicLong(NONE);

  /** Something has changed. */
  void event() {
    if (first.get() == NONE) {
      first.compareAndSet(NONE, System.nanoTime() | 1);
    }
  }

  /** The time of the first event since the last call, as {@link System#nanoTime}. */
  OptionalLong take() {
    long time = first.getAndSet(NONE);
    return time == NONE ? OptionalLong.empty() : OptionalLong.of(time);
  }

  /** What was taken has not been carried out. */
  void putBack(OptionalLong time) {
    time.ifPresent(nanos -> first.set(nanos));
  }
}
