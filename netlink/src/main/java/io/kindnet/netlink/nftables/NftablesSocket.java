package io.kindnet.netlink.nftables;

import static io.kindnet.netlink.wire.NetlinkConstants.NETLINK_NETFILTER;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.wire.BatchFailure;
import io.kindnet.netlink.wire.MessageListener;
import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkSocket;
import io.kindnet.netlink.wire.Nfnetlink;
import io.kindnet.netlink.wire.RequestCount;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * nftables of one network namespace: that of the thread that opened this. May be used from any
 * thread afterwards.
 *
 * <pre>{@code
 * try (NftablesSocket nftables = NftablesSocket.open()) {
 *   nftables.commit(nftables.transaction().add(table).add(chain).append(chain, rule));
 *   List<Chain> chains = nftables.list().chains(table);
 * }
 * }</pre>
 */
public final class NftablesSocket implements AutoCloseable {
  /** How often an update is planned again because others changed the ruleset meanwhile. */
  private static final int UPDATE_ATTEMPTS = 20;

  private final NetlinkSocket socket;
  private final NftablesListing listing;

  private NftablesSocket(NetlinkSocket socket) {
    this.socket = socket;
    this.listing = new NftablesListing(socket);
  }

  /** Opens a socket in the network namespace of the calling thread. */
  public static NftablesSocket open() {
    return new NftablesSocket(NetlinkSocket.open(NETLINK_NETFILTER));
  }

  /** Lets {@code listener} see every datagram from now on. */
  public void listener(MessageListener listener) {
    socket.listener(listener);
  }

  /** What was sent so far. */
  public RequestCount requests() {
    return socket.count();
  }

  /** The number by which {@link Commit} names the transactions of this socket. */
  public int portId() {
    return socket.portId();
  }

  /** What is in the kernel. */
  public NftablesListing list() {
    return listing;
  }

  /** An empty transaction, for {@link #commit}. */
  public NftablesTransaction transaction() {
    return new NftablesTransaction();
  }

  /**
   * Carries out {@code transaction}, as a whole or not at all.
   *
   * @throws NftablesException with the command that the kernel refused, the error, and the element
   *     where it was one
   */
  public void commit(NftablesTransaction transaction) {
    commit(transaction, 0);
  }

  /**
   * Plans a transaction from what is in the kernel and carries it out, unless someone else changed
   * anything in between: then it is planned again. The one place that retries.
   *
   * @param planner reads the listing and fills the transaction; called at least once
   * @return whether anything was to do
   * @throws NftablesException as {@link #commit}; {@code ERESTART} if the ruleset never stayed the
   *     same long enough
   */
  public boolean update(BiConsumer<NftablesListing, NftablesTransaction> planner) {
    for (int attempt = 1; ; attempt++) {
      int generation = listing.generation();
      NftablesTransaction transaction = transaction();
      planner.accept(listing, transaction);
      try {
        commit(transaction, generation);
        return !transaction.isEmpty();
      } catch (NftablesException e) {
        if (e.errno() != Errno.ERESTART || attempt == UPDATE_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /**
   * Deletes {@code table} with all that is in it.
   *
   * @return whether it was there
   * @throws NftablesException as {@link #update}
   */
  public boolean remove(Table table) {
    return update((kernel, transaction) -> {
      if (kernel.exists(table)) {
        transaction.delete(table);
      }
    });
  }

  private void commit(NftablesTransaction transaction, int generation) {
    if (transaction.isEmpty()) {
      return;
    }
    int subsystem = Nfnetlink.NFNL_SUBSYS_NFTABLES;
    List<MessageWriter> batch = new ArrayList<>(transaction.commands().size() + 2);
    batch.add(Nfnetlink.batchBegin("begin nftables transaction", subsystem, generation));
    batch.addAll(transaction.commands());
    batch.add(Nfnetlink.batchEnd("end nftables transaction", subsystem));
    List<BatchFailure> failures = socket.transaction(batch);
    if (!failures.isEmpty()) {
      throw new NftablesException(failures);
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
