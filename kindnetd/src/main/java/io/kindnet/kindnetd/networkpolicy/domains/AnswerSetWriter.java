package io.kindnet.kindnetd.networkpolicy.domains;

import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.NftablesTransaction;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the addresses of names into the kernel. For one thread at a time, but for the count. */
final class AnswerSetWriter {
  private static final Logger log = LoggerFactory.getLogger(AnswerSetWriter.class);

  private final Supplier<NftablesSocket> nftables;
  private final LongAdder failures = new LongAdder();
  private boolean failing;

  /**
   * @param nftables gives the socket of the network namespace; stays the caller's to close
   */
  AnswerSetWriter(Supplier<NftablesSocket> nftables) {
    this.nftables = nftables;
  }

  /** Returns whether the kernel has what is unwritten of these. */
  boolean write(Collection<AnswerSet> sets, long now) {
    List<AnswerSet> unwritten = sets.stream().filter(AnswerSet::isUnwritten).toList();
    if (unwritten.isEmpty()) {
      return true;
    }
    try {
      NftablesSocket socket = nftables.get();
      NftablesTransaction transaction = socket.transaction();
      unwritten.forEach(set -> set.write(transaction, now));
      socket.commit(transaction);
      unwritten.forEach(AnswerSet::written);
      failing = false;
      return true;
    } catch (KernelException refusal) {
      // the table may just have been taken away; who puts it back asks for all of it
      failures.increment();
      if (!failing) {
        log.warn("addresses of domain names are not in the kernel: {}", refusal.getMessage());
      }
      failing = true;
      return false;
    }
  }

  /** How often the kernel did not take addresses. */
  long failures() {
    return failures.sum();
  }
}
