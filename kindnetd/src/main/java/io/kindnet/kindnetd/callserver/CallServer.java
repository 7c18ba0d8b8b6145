package io.kindnet.kindnetd.callserver;

import io.kindnet.cni.delegation.DelegationProtocol;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.unix.Poller;
import io.kindnet.netlink.unix.UnixConnection;
import io.kindnet.netlink.unix.UnixListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Greets who connects, and reads requests until they are whole: one thread for all of them, so that
 * nobody waits behind who says nothing.
 */
final class CallServer implements Runnable, AutoCloseable {
  /** Does what a visitor wants, on a thread of its own, and closes it. */
  interface Desk {
    /** Takes one over. */
    void serve(ClientConnection visitor, CallRequest request);
  }

  private static final Logger log = LoggerFactory.getLogger(CallServer.class);

  /** More than kubelet and runtime ever start at once. */
  private static final int MOST_VISITORS = 512;

  private static final int MOST_MEMORY = 16 << 20;

  /** A launcher sends at once what it has to say. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration TURN = Duration.ofSeconds(1);
  private static final Duration BETWEEN_COMPLAINTS = Duration.ofMinutes(10);
  private static final Duration BREATHER = Duration.ofMillis(50);

  private final SocketFile file;
  private final Desk desk;
  private final Poller<Runnable> poller = new Poller<>();
  private final Set<ClientConnection> visitors = new LinkedHashSet<>(); // the oldest first
  private final long ownUser;
  private UnixListener listener;
  private int memory;
  private boolean listening;
  private boolean isShort; // of descriptors
  private long pause; // since when nobody is accepted
  private long silent; // who connected and said nothing
  private long complaint; // when it was told last
  private volatile boolean closed;

  /**
   * Listens from now on; {@link #run} begins to accept.
   *
   * @throws IOException naming what cannot be made
   */
  CallServer(SocketFile file, Desk desk) throws IOException {
    this.file = file;
    this.desk = desk;
    this.listener = file.listen();
    this.ownUser = ownUser();
    listen();
  }

  private static long ownUser() throws IOException {
    return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  @Override
  public void run() {
    try {
      while (!closed) {
        for (Runnable ready : poller.await(listening ? TURN : BREATHER)) {
          ready.run();
        }
        turnAwayTheSilent();
        if (!closed) {
          keepListening();
        }
      }
    } finally {
      listener.close();
      dismissOldest(visitors.size());
      poller.close();
    }
  }

  private void listen() {
    poller.add(listener.descriptor(), this::accept);
    listening = true;
  }

  private void keepListening() {
    if (!listening) {
      if (System.nanoTime() - pause >= BREATHER.toNanos()) {
        listen();
      }
    } else if (file.isGone()) {
      try {
        UnixListener fresh = file.listen();
        poller.remove(listener.descriptor());
        listener.close();
        listener = fresh;
        listen();
        log.warn("socket {} had been removed, made anew", file.path());
      } catch (IOException | KernelException refused) {
        log.debug("socket {} is gone: {}", file.path(), refused.getMessage());
      }
    }
  }

  private void accept() {
    try {
      UnixConnection connection = listener.accept();
      isShort = false;
      if (connection != null) {
        welcome(new ClientConnection(connection));
      }
    } catch (KernelException refused) {
      // no descriptor is left: those who say nothing may have them
      if (!isShort) {
        log.warn("cannot accept calls: {}", refused.getMessage());
        isShort = true;
      }
      poller.remove(listener.descriptor());
      listening = false;
      pause = System.nanoTime();
      dismissOldest((visitors.size() + 1) / 2);
    }
  }

  private void welcome(ClientConnection visitor) {
    UnixConnection connection = visitor.connection();
    try {
      int user = connection.peerUid();
      if (user != ownUser && user != 0) {
        log.warn("turned away user {}, process {}", user, connection.peerPid());
        visitor.close();
        return;
      }
      if (visitors.size() == MOST_VISITORS) {
        dismissOldest(1);
      }
      connection.send(DelegationProtocol.greeting(), Duration.ZERO);
      poller.add(connection.descriptor(), () -> receive(visitor));
    } catch (KernelException gone) {
      visitor.close();
      return;
    }
    visitors.add(visitor);
    memory += visitor.size();
  }

  private void receive(ClientConnection visitor) {
    if (visitor.isClosed()) {
      return; // dismissed earlier in this turn
    }
    int before = visitor.size();
    CallRequest request;
    try {
      request = visitor.receive();
    } catch (IllegalArgumentException | KernelException bad) {
      memory += visitor.size() - before;
      complain(visitor, bad);
      decline(visitor, "request not understood: " + bad.getMessage());
      return;
    }
    memory += visitor.size() - before;
    if (request != null) {
      leave(visitor);
      handOver(visitor, request);
    } else if (memory > MOST_MEMORY) {
      decline(visitor, "too many large requests at once");
    }
  }

  /** Whom a defect keeps from being served must not wait for an answer. */
  private void handOver(ClientConnection visitor, CallRequest request) {
    boolean taken = false;
    try {
      desk.serve(visitor, request);
      taken = true;
    } finally {
      if (!taken) {
        dismiss(visitor, "a defect of the agent");
      }
    }
  }

  /** Those who say nothing may be many, and may come for ever: one in a while tells of all. */
  private void complain(ClientConnection visitor, RuntimeException reason) {
    int process = visitor.connection().peerPid();
    if (!visitor.isSilent()) {
      log.warn("request of process {} not taken: {}", process, reason.getMessage());
      return;
    }
    long now = System.nanoTime();
    if (silent == 0 || now - complaint >= BETWEEN_COMPLAINTS.toNanos()) {
      log.warn("process {} connected and said nothing, {} others did so before", process, silent);
      complaint = now;
    }
    silent++;
  }

  private void decline(ClientConnection visitor, String reason) {
    leave(visitor);
    dismiss(visitor, reason);
  }

  private static void dismiss(ClientConnection visitor, String reason) {
    try (visitor) {
      visitor.connection().send(DelegationProtocol.declined(reason), Duration.ZERO);
    } catch (KernelException gone) {
      // nobody waits for it
    }
  }

  private void turnAwayTheSilent() {
    long now = System.nanoTime();
    Iterator<ClientConnection> oldest = visitors.iterator();
    int late = 0;
    while (oldest.hasNext() && now - oldest.next().arrival() > PATIENCE.toNanos()) {
      late++;
    }
    dismissOldest(late);
  }

  private void dismissOldest(int count) {
    for (int i = 0; i < count && !visitors.isEmpty(); i++) {
      // its request may be on the way, or here and not read: it must not take that for done
      decline(visitors.iterator().next(), "no whole request was here in time");
    }
  }

  private void leave(ClientConnection visitor) {
    poller.remove(visitor.connection().descriptor());
    visitors.remove(visitor);
    memory -= visitor.size();
  }

  /** Accepts nobody any more; who has not said all is sent away. */
  @Override
  public void close() {
    closed = true;
    poller.wakeUp();
  }
}
