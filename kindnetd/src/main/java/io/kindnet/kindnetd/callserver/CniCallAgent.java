package io.kindnet.kindnetd.callserver;

import io.kindnet.cni.MonitoredDatabase;
import io.kindnet.cni.policy.PodPolicies;
import io.kindnet.cni.steps.StepListener;
import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.BackOff;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.libc.KernelException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves CNI calls at a socket. Where it cannot, and until it can, the plugin serves them by
 * itself: nothing depends on it.
 */
public final class CniCallAgent implements Agent {
  /**
   * What the names of directories begin with that an agent may leave beside its socket if killed.
   */
  public static final String LEFTOVERS = SocketDirectory.TEMPORARY;

  private static final Logger log = LoggerFactory.getLogger(CniCallAgent.class);

  /** Less than the agent as a whole has to stop. */
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);

  private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
  private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);

  private static final String NAME = "cni-calls";

  private final SocketFile socket;
  private final Status status;
  private final AgentStatus own;
  private final CallStatistics record;
  private final PodPolicies policies;
  private final @Nullable StepListener steps;
  private final Thread thread = new Thread(this::run, "cni-call-server");
  private @Nullable CallServer server;
  private @Nullable CallExecutor executor;
  private final CountDownLatch end = new CountDownLatch(1);
  private boolean closed;

  /**
   * @param version what to call this program
   * @param policies sees to the network policies of pods, for any number of threads
   */
  public CniCallAgent(
      CallServerOptions options, String version, PodPolicies policies, Status status) {
    this(options.path(), version, policies, status, null);
  }

  /**
   * @param socket where to listen
   * @param policies sees to the network policies of pods, for any number of threads
   * @param steps is told of each step of each call; null for nobody
   */
  CniCallAgent(
      Path socket,
      String version,
      PodPolicies policies,
      Status status,
      @Nullable StepListener steps) {
    this.socket = new SocketFile(socket);
    this.status = status;
    this.own = status.optionalAgent(NAME);
    this.record =
        new CallStatistics(version, status, new ColdCalls(MonitoredDatabase.ofThisNode()));
    this.policies = policies;
    this.steps = steps;
    thread.setDaemon(true);
  }

  @Override
  public AgentStatus status() {
    return own;
  }

  @Override
  public void start() {
    own.waiting("no calls are served yet");
    thread.start();
  }

  private void run() {
    BackOff backOff = new BackOff(FIRST_DELAY, LONGEST_DELAY);
    while (true) {
      try {
        CallServer opened = open();
        if (opened != null) {
          own.ready();
          serve(opened);
        }
        return;
      } catch (IOException | KernelException refused) {
        if (backOff.failed(refused)) {
          log.warn("calls are not served here, the plugin serves them alone: {}", backOff.reason());
        }
        own.failed("the plugin serves calls alone: " + backOff.reason());
      } catch (RuntimeException | Error bug) {
        // a new process would not get further
        log.error("calls are not served here, the plugin serves them alone", bug);
        own.failed("the plugin serves calls alone: " + bug);
        return;
      }
      if (awaitClose(backOff.nanos())) {
        return;
      }
    }
  }

  private boolean awaitClose(long nanos) {
    try {
      return end.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException ended) {
      return true;
    }
  }

  /**
   * Until it is closed. Whatever ends it before does so for good: a new process can serve again.
   */
  void serve(CallServer opened) {
    record.serving(true);
    try {
      opened.run();
    } catch (RuntimeException | Error bug) {
      log.error("calls are not served here any more, the plugin serves them alone", bug);
      status.bug("calls are not served any more: " + bug);
      own.failed("calls are not served any more: " + bug);
      socket.remove();
    } finally {
      record.serving(false);
    }
  }

  private @Nullable CallServer open() throws IOException {
    long begin = System.nanoTime();
    SocketDirectory directory = socket.directory();
    directory.removeLeftovers();
    WarmUp.run(directory, () -> !isClosed());
    CallServer opened;
    synchronized (this) {
      if (closed) {
        return null;
      }
      executor = new CallExecutor(record, policies, steps);
      opened = listen(executor);
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    log.info("serves calls at {}, after a warm-up of {} ms", socket.path(), millis);
    return opened;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /** Listens for those whom {@code calls} serves. */
  synchronized CallServer listen(CallServer.Executor calls) throws IOException {
    server = new CallServer(socket, calls);
    return server;
  }

  /** Nothing of it is left once it has ended. */
  @Override
  public void removeState() {}

  /** Finishes the calls under way; those that come now are the plugin's. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      end.countDown();
      if (executor != null) {
        // first, so that whoever is told of the end by the call server finds it true
        executor.leaveTheRest();
      }
      if (server != null) {
        socket.remove();
        server.close();
      }
    }
    awaitServer();
    closeExecutor();
  }

  private synchronized void closeExecutor() {
    if (executor != null) {
      executor.close(STOP_TIMEOUT);
    }
  }

  /** It tells those whom it has not heard, or ends the warm-up, which is nobody's rubbish then. */
  private void awaitServer() {
    if (thread.getState() == Thread.State.NEW) {
      return;
    }
    UninterruptedWait.until(() -> thread.join(STOP_TIMEOUT));
  }
}
