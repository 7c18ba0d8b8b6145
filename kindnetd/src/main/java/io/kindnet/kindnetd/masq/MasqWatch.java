package io.kindnet.kindnetd.masq;

import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.netlink.nftables.Commit;
import io.kindnet.netlink.nftables.NftablesEvents;
import java.util.function.Consumer;

/** Notices what others do to the table. */
final class MasqWatch implements AutoCloseable {
  private final KernelWatch<NftablesEvents.Events> events;
  private final Consumer<NftablesEvents.Events> listener = this::see;
  private final Runnable changed;

  /**
   * Listens to nothing yet.
   *
   * @param events what others do in the network namespace
   * @param changed runs when the kernel has to be looked at; it must be quick
   */
  MasqWatch(KernelWatch<NftablesEvents.Events> events, Runnable changed) {
    this.events = events;
    this.changed = changed;
  }

  /** Listens from now on, on the thread that it returns. */
  Thread start() {
    return events.subscribe(listener);
  }

  private void see(NftablesEvents.Events next) {
    if (next.lost() || next.commits().stream().anyMatch(MasqWatch::concerns)) {
      changed.run();
    }
  }

  private static boolean concerns(Commit commit) {
    return commit.touches(MasqTable.TABLE);
  }

  @Override
  public void close() {
    events.unsubscribe(listener);
  }
}
