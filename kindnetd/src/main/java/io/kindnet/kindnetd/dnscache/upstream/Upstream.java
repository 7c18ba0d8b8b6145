package io.kindnet.kindnetd.dnscache.upstream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that hears what servers answer. Questions over UDP are sent by who asks them, at once;
 * everything else is done here. It is in the network namespace of the thread that makes it.
 */
public final class Upstream implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Upstream.class);
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
  private static final Duration END = Duration.ofSeconds(10);

  private final Selector selector;
  private final RandomNumbers random = new RandomNumbers();
  private final ByteBuffer receiveBuffer = ByteBuffer.allocateDirect(1 << 16);
  private final List<UpstreamServer> servers = new CopyOnWriteArrayList<>();
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Runnable everySecond;
  private final Thread thread;
  private volatile boolean closed;

  /** Whether the thread sleeps for long, so that it has to be woken for what has a deadline. */
  private volatile boolean idle;

  private long lastSecond = System.nanoTime();
  private long lastTick = System.nanoTime();

  /**
   * @param everySecond called by the thread about once a second while something goes on, and less
   *     often otherwise
   */
  public Upstream(Runnable everySecond) {
    this.everySecond = everySecond;
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open a selector", e);
    }
    thread = Thread.ofPlatform().name("dns-upstream").daemon().start(this::run);
  }

  /**
   * Begins to ask a server.
   *
   * @param deadline for how long an answer is waited for
   */
  public UpstreamServer add(
      InetSocketAddress address, Duration deadline, UpstreamListener listener) {
    UpstreamServer server = new UpstreamServer(address, this, deadline, listener);
    servers.add(server);
    return server;
  }

  /** Gives up all that is under way to a server, soon. */
  public void remove(UpstreamServer server) {
    if (servers.remove(server)) {
      execute(server::close);
    }
  }

  /** Has the thread do something. */
  public void execute(Runnable task) {
    tasks.add(task);
    selector.wakeup();
  }

  /** Something is under way that has a deadline. */
  void watch() {
    if (idle) {
      selector.wakeup();
    }
  }

  /** Calls a listener, whose failure is not that of the thread. */
  void call(Runnable listener) {
    try {
      listener.run();
    } catch (RuntimeException e) {
      LOG.error("an answer of a name server was lost", e);
    }
  }

  Selector selector() {
    return selector;
  }

  RandomNumbers random() {
    return random;
  }

  ByteBuffer receiveBuffer() {
    return receiveBuffer;
  }

  private void run() {
    boolean busy = true;
    while (!closed) {
      try {
        // said before looking for work once more, so that no question falls between
        idle = !busy;
        busy = busy || servers.stream().anyMatch(UpstreamServer::isBusy);
        selector.select(this::ready, busy ? TimeUnit.NANOSECONDS.toMillis(TICK_NANOS) : 1000);
        idle = false;
        runTasks();
        busy = tick();
      } catch (IOException | RuntimeException e) {
        LOG.error("the thread that asks name servers goes on after", e);
      }
    }
    runTasks();
    servers.forEach(UpstreamServer::close);
    runTasks();
    try {
      selector.close();
    } catch (IOException e) {
      LOG.warn("cannot close a selector: {}", e.toString());
    }
  }

  private void ready(SelectionKey key) {
    call(() -> ((Channel) key.attachment()).ready());
  }

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      call(task);
    }
  }

  private boolean tick() {
    long now = System.nanoTime();
    if (now - lastTick < TICK_NANOS) {
      return true;
    }
    lastTick = now;
    boolean busy = false;
    for (UpstreamServer server : servers) {
      busy |= server.tick(now);
    }
    if (now - lastSecond > TimeUnit.SECONDS.toNanos(1)) {
      lastSecond = now;
      call(everySecond);
    }
    return busy;
  }

  /** Gives up all that is under way, and ends the thread. */
  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      if (!thread.join(END)) {
        LOG.warn("the thread that asks name servers does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
