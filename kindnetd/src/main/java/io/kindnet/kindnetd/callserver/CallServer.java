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
 * Accepts connections, sends the greeting, and reads requests until they are whole: one thread for
 * all of them, so that nobody waits behind who says nothing.
 */
final class CallServer implements Runnable, AutoCloseable {
  /** Does what a client wants, on a thread of its own, and closes it. */
  interface Executor {
    /** Takes one over. */
    void serve(ClientConnection client, CallRequest request);
  }

  private static final Logger log = LoggerFactory.getLogger(CallServer.class);

  /** More than kubelet and runtime ever start at once. */
  private static final int MOST_CONNECTIONS = 512;

  private static final int MOST_MEMORY = 16 << 20;

  /** A launcher sends at once what it has to say. */
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private static final Duration TURN = Duration.ofSeconds(1);
  private static final Duration BETWEEN_COMPLAINTS = Duration.ofMinutes(10);
  private static final Duration BREATHER = Duration.ofMillis(50);

  private final SocketFile file;
  private final Executor executor;
  private final Poller<Runnable> poller = new Poller<>();
  private final Set<ClientConnection> clients = new LinkedHashSet<>(); // the oldest first
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
  CallServer(SocketFile file, Executor executor) throws IOException {
    this.file = file;
    this.executor = executor;
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
      dismissOldest(clients.size());
      poller.close();
    }
  }

  private void listen() {
    poller.add(listener.fd(), this::accept);
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
        poller.remove(listener.fd());
        listener.close();
        listener = fresh;
        listen();
        log.warn("socket {} had been removed, made again", file.path());
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
      poller.remove(listener.fd());
      listening = false;
      pause = System.nanoTime();
      dismissOldest((clients.size() + 1) / 2);
    }
  }

  private void welcome(ClientConnection client) {
    UnixConnection connection = client.connection();
    try {
      int user = connection.peerUid();
      if (user != ownUser && user != 0) {
        log.warn("turned away user {}, process {}", user, connection.peerPid());
        client.close();
        return;
      }
      if (clients.size() == MOST_CONNECTIONS) {
        dismissOldest(1);
      }
      connection.send(DelegationProtocol.greeting(), Duration.ZERO);
      poller.add(connection.fd(), () -> receive(client));
    } catch (KernelException gone) {
      client.close();
      return;
    }
    clients.add(client);
    memory += client.size();
  }

  private void receive(ClientConnection client) {
    if (client.isClosed()) {
      return; // dismissed earlier in this turn
    }
    int before = client.size();
    CallRequest request;
    try {
      request = client.receive();
    } catch (IllegalArgumentException | KernelException bad) {
      memory += client.size() - before;
      complain(client, bad);
      decline(client, "request not understood: " + bad.getMessage());
      return;
    }
    memory += client.size() - before;
    if (request != null) {
      leave(client);
      delegate(client, request);
    } else if (memory > MOST_MEMORY) {
      decline(client, "too many large requests at once");
    }
  }

  /** Whom a bug keeps from being served must not wait for an answer. */
  private void delegate(ClientConnection client, CallRequest request) {
    boolean taken = false;
    try {
      executor.serve(client, request);
      taken = true;
    } finally {
      if (!taken) {
        dismiss(client, "a bug in the agent");
      }
    }
  }

  /** Those who say nothing may be many, and may come for ever: one in a while tells of all. */
  private void complain(ClientConnection client, RuntimeException reason) {
    int process = client.connection().peerPid();
    if (!client.isSilent()) {
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

  private void decline(ClientConnection client, String reason) {
    leave(client);
    dismiss(client, reason);
  }

  private static void dismiss(ClientConnection client, String reason) {
    try (client) {
      client.connection().send(DelegationProtocol.declined(reason), Duration.ZERO);
    } catch (KernelException gone) {
      // nobody waits for it
    }
  }

  private void turnAwayTheSilent() {
    long now = System.nanoTime();
    Iterator<ClientConnection> oldest = clients.iterator();
    int late = 0;
    while (oldest.hasNext() && now - oldest.next().arrival() > TIMEOUT.toNanos()) {
      late++;
    }
    dismissOldest(late);
  }

  private void dismissOldest(int count) {
    for (int i = 0; i < count && !clients.isEmpty(); i++) {
      // its request may be on the way, or here and not read: it must not take that for done
      decline(clients.iterator().next(), "no whole request was here in time");
    }
  }

  private void leave(ClientConnection client) {
    poller.remove(client.connection().fd());
    clients.remove(client);
    memory -= client.size();
  }

  /** Accepts nobody any more; who has not said all is sent away. */
  @Override
  public void close() {
    closed = true;
    poller.wakeUp();
  }
}
