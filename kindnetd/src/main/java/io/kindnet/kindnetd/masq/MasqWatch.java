package io.kindnet.kindnetd.masq;

import io.kindnet.netlink.nftables.Commit;
import io.kindnet.netlink.nftables.NftablesEvents;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Notices what others do to the table. */
final class MasqWatch implements AutoCloseable {
  private static final Duration LONG = Duration.ofHours(1);

  private final Supplier<NftablesEvents> source;
  private final Runnable changed;
  private @Nullable NftablesEvents events;

  /**
   * Listens to nothing yet.
   *
   * @param source opens the notifications of what others do in the network namespace
   * @param changed runs when the kernel has to be looked at; it must be quick
   */
  MasqWatch(Supplier<NftablesEvents> source, Runnable changed) {
    this.source = source;
    this.changed = changed;
  }

  /** Listens from now on, on the thread that it returns. */
  synchronized Thread start() {
    NftablesEvents opened = source.get();
    events = opened;
    return Thread.ofPlatform().daemon().name("nftables events").start(() -> watch(opened));
  }

  private void watch(NftablesEvents events) {
    while (!events.isClosed()) {
      NftablesEvents.Events next = events.next(LONG);
      if (next.lost() || next.commits().stream().anyMatch(MasqWatch::concerns)) {
        changed.run();
      }
    }
  }

  private static boolean concerns(Commit commit) {
    return commit.touches(MasqTable.TABLE);
  }

  @Override
  public synchronized void close() {
    if (events != null) {
      events.close();
    }
  }
}
