package io.kindnet.netlink.libc;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A process that outlives this one, which somebody started for it with a socket between the two
 * ({@code cni-kindnet/launcher/heir.h}). It waits for the kernel where this process need not: a
 * process ends only when all its threads have come back from the kernel, and all its files are
 * closed.
 */
public final class Heir {
  private static final byte[] KEEP = {0};

  private final StreamSocket socket;

  private Heir(StreamSocket socket) {
    this.socket = socket;
  }

  /**
   * The one behind an inherited descriptor.
   *
   * @param descriptor its number as text; null for none
   */
  public static @Nullable Heir of(@Nullable String descriptor) {
    return descriptor == null
        ? null
        : new Heir(StreamSocket.inherited(Integer.parseInt(descriptor), "heir"));
  }

  /**
   * Has the heir send {@code message}, a heap buffer, on {@code on}.
   *
   * @return false if there is no heir any more: then nobody sends it. True does not say that it is
   *     sent already, or ever will be: the heir may end before, which {@link DatagramSocket#await}
   *     tells
   */
  public boolean send(DatagramSocket on, ByteBuffer message) {
    return hand(on, message.array(), message.arrayOffset() + message.position(), message.limit());
  }

  /** Has the heir close {@code socket} last. Without it, whoever closes it last waits. */
  public void keep(DatagramSocket socket) {
    hand(socket, KEEP, 0, KEEP.length);
  }

  private boolean hand(DatagramSocket brought, byte[] bytes, int offset, int length) {
    try {
      socket.send(bytes, offset, length, List.of(brought.descriptor()));
      return true;
    } catch (KernelException gone) {
      return false;
    }
  }

  int number() {
    return socket.number();
  }
}
