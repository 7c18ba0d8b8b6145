package io.kindnet.kindnetd.agent;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** Tells kernels that have no nftables, where nobody can have made a rule, from other failures. */
public final class NftablesSupport {
  private NftablesSupport() {}

  /**
   * Runs {@code work}, which is no work where the kernel has no nftables.
   *
   * @param work opens the socket of nftables, or uses it
   * @return false if the kernel has none
   */
  public static boolean runIfPresent(Runnable work) {
    try {
      work.run();
      return true;
    } catch (KernelException refusal) {
      if (refusal.errno() != Errno.EPROTONOSUPPORT) {
        throw refusal;
      }
      return false;
    }
  }

  /**
   * Runs {@code remove}, where the kernel has nftables.
   *
   * @param remove removes a table or rules, and tells whether they were there
   * @return whether something was removed
   */
  public static boolean removeIfPresent(BooleanSupplier remove) {
    AtomicBoolean removed = new AtomicBoolean();
    runIfPresent(() -> removed.set(remove.getAsBoolean()));
    return removed.get();
  }
}
