package io.kindnet.kindnetd.agent;

import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.wire.RequestCount;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The socket of nftables that agents share. Opened by the first that needs it, so that a kernel
 * without nftables is a failure of these agents only; after a failure the next one tries again.
 */
public final class SharedNftables implements Supplier<NftablesSocket>, AutoCloseable {
  private final Supplier<NftablesSocket> opener;
  private @Nullable NftablesSocket socket;

  /**
   * Opens nothing yet.
   *
   * @param opener opens the socket, in whichever network namespace
   */
  public SharedNftables(Supplier<NftablesSocket> opener) {
    this.opener = opener;
  }

  /**
   * The socket, open.
   *
   * @throws io.kindnet.netlink.libc.KernelException if the kernel refuses it
   */
  @Override
  public synchronized NftablesSocket get() {
    NftablesSocket open = socket;
    if (open == null) {
      open = opener.get();
      socket = open;
    }
    return open;
  }

  /** How many requests for dumps and gets were sent. */
  public long reads() {
    return count(RequestCount::reads);
  }

  /** How many requests were sent that change something. */
  public long writes() {
    return count(RequestCount::writes);
  }

  private synchronized long count(ToLongFunction<RequestCount> figure) {
    return socket == null ? 0 : figure.applyAsLong(socket.requests());
  }

  @Override
  public synchronized void close() {
    if (socket != null) {
      socket.close();
    }
  }
}
