package io.kindnet.kindnetd.callserver;

import io.kindnet.cni.delegation.DelegationProtocol;
import io.kindnet.cni.delegation.RequestHeader;
import io.kindnet.cni.policy.PodPolicies;
import io.kindnet.cni.protocol.CniCommand;
import io.kindnet.cni.steps.StepListener;
import io.kindnet.netlink.libc.KernelException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs calls, a few at a time, each from its request to its answer. */
final class CallExecutor implements CallServer.Executor {
  private static final Logger log = LoggerFactory.getLogger(CallExecutor.class);

  /** Calls wait for the kernel and for each other more than they compute. */
  static final int AT_ONCE = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());

  private static final int MOST_WAITING = 512;

  /** A runtime asks for one after the other. */
  private static final int MOST_WAITING_STATUS = 8;

  private static final Duration SEND_TIMEOUT = Duration.ofSeconds(5);

  private static final ThreadLocal<KeptKernel> KERNEL = new ThreadLocal<>();

  private final CallStatistics record;
  private final StorePool pool = new StorePool(AT_ONCE);
  private final CallHandler call;
  private final AtomicInteger threads = new AtomicInteger();
  private final ThreadPoolExecutor executor = newExecutor(AT_ONCE, MOST_WAITING);

  /** Never behind calls that wait for a lock: a node whose STATUS is late is a lost node. */
  private final ThreadPoolExecutor statusExecutor = newExecutor(1, MOST_WAITING_STATUS);

  private volatile boolean closing;

  /**
   * @param policies sees to the network policies of pods, for any number of threads
   * @param steps is told of each step of each call; null for nobody
   */
  CallExecutor(CallStatistics record, PodPolicies policies, @Nullable StepListener steps) {
    this.record = record;
    this.call = new CallHandler(record, pool, policies, steps);
    executor.prestartAllCoreThreads();
  }

  private ThreadPoolExecutor newExecutor(int threads, int mostWaiting) {
    return new ThreadPoolExecutor(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(mostWaiting),
        this::newThread);
  }

  private Thread newThread(Runnable work) {
    Thread thread = new Thread(() -> runWithKernel(work), "cni-" + threads.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }

  private void runWithKernel(Runnable work) {
    KeptKernel own = new KeptKernel();
    KERNEL.set(own);
    try {
      work.run();
    } finally {
      own.release();
    }
  }

  @Override
  public void serve(ClientConnection client, CallRequest request) {
    try {
      executorFor(request).execute(() -> answer(client, request));
    } catch (RejectedExecutionException full) {
      send(client, DelegationProtocol.declined("too many calls wait already"));
      client.close();
    }
  }

  private ThreadPoolExecutor executorFor(CallRequest request) {
    String verb = request.variables().getOrDefault("CNI_COMMAND", "");
    return verb.equals(CniCommand.STATUS.name()) ? statusExecutor : executor;
  }

  private void answer(ClientConnection client, CallRequest request) {
    try (client) {
      if (client.connection().await(Duration.ZERO)) {
        return; // who has sent all has nothing to say but that it is gone
      }
      if (closing) {
        send(client, DelegationProtocol.declined("the agent stops"));
      } else if (request.kind() == RequestHeader.STATUS) {
        send(client, DelegationProtocol.answered(0, record.describe()));
      } else {
        call.answer(request, Objects.requireNonNull(KERNEL.get()), answer -> send(client, answer));
      }
    } catch (RuntimeException bug) {
      log.error("a call failed by a bug in the agent", bug);
    }
  }

  private static boolean send(ClientConnection client, byte[] answer) {
    try {
      client.connection().send(answer, SEND_TIMEOUT);
      return true;
    } catch (KernelException gone) {
      return false;
    }
  }

  /** From now on, what waits is the plugin's. */
  void leaveTheRest() {
    closing = true;
  }

  /**
   * Finishes the calls under way, and leaves those that wait to the plugin.
   *
   * @param busyTimeout how long to wait for them
   */
  void close(Duration busyTimeout) {
    leaveTheRest();
    executor.shutdown();
    statusExecutor.shutdown();
    UninterruptedWait.until(
        () -> executor.awaitTermination(busyTimeout.toMillis(), TimeUnit.MILLISECONDS));
    if (!executor.isTerminated()) {
      log.warn("calls are still under way after {} s", busyTimeout.toSeconds());
    }
    pool.close();
  }
}
