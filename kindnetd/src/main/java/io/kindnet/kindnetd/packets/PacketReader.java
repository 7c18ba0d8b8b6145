package io.kindnet.kindnetd.packets;

import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.nflog.GroupSettings;
import io.kindnet.netlink.nflog.NflogSocket;
import io.kindnet.netlink.wire.MalformedMessageException;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the packets of a group of nflog on a thread of its own, until it is closed. */
public final class PacketReader implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PacketReader.class);

  private final NflogSocket socket;

  private PacketReader(NflogSocket socket) {
    this.socket = socket;
  }

  /**
   * Begins to read, in the network namespace of the calling thread.
   *
   * @param group 0 to 65535
   * @param pause after which {@code listener} is given nothing, if nothing has come
   * @param listener runs on the reader's thread
   * @param status of the agent that this is for: an error that ends the reading is told there
   * @throws IllegalStateException with the reason, for operators
   */
  public static PacketReader start(
      int group, Duration pause, Consumer<NflogSocket.Packets> listener, AgentStatus status) {
    NflogSocket opened = open(group);
    Thread.ofPlatform()
        .daemon()
        .name(status.name())
        .start(() -> read(opened, pause, listener, status));
    return new PacketReader(opened);
  }

  private static NflogSocket open(int group) {
    try {
      return NflogSocket.open(group, GroupSettings.HEADERS_AT_ONCE);
    } catch (KernelException refusal) {
      String reason =
          switch (refusal.errno()) {
            case EPERM -> "another program reads this group";
            case EINVAL -> "this kernel has no nfnetlink_log";
            default -> "it fails";
          };
      throw new IllegalStateException(refusal.getMessage() + ": " + reason, refusal);
    }
  }

  private static void read(
      NflogSocket from,
      Duration pause,
      Consumer<NflogSocket.Packets> listener,
      AgentStatus status) {
    try {
      while (!from.isClosed()) {
        readOnce(from, pause, listener, status);
      }
    } catch (KernelException failure) {
      log.warn("{}: packets are not logged any more: {}", status.name(), failure.getMessage());
      status.failed(String.valueOf(failure.getMessage()));
    }
  }

  private static void readOnce(
      NflogSocket from,
      Duration pause,
      Consumer<NflogSocket.Packets> listener,
      AgentStatus status) {
    try {
      listener.accept(from.next(pause));
    } catch (MalformedMessageException unreadable) {
      log.warn("{}: {}", status.name(), unreadable.getMessage());
    }
  }

  /** Ends the thread, without waiting for it. */
  @Override
  public void close() {
    socket.close();
  }
}
