package io.kindnet.kindnetd.cni;

import io.kindnet.cni.CniCall;
import io.kindnet.cni.Kernel;
import io.kindnet.cni.Reply;
import io.kindnet.cni.handover.Handover;
import io.kindnet.cni.handover.RequestHeader;
import io.kindnet.cni.steps.StepListener;
import io.kindnet.cni.store.Way;
import io.kindnet.netlink.libc.KernelException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs calls, a few at a time, each from its request to its answer. */
final class CallDesk implements Reception.Desk {
  private static final Logger log = LoggerFactory.getLogger(CallDesk.class);

  /** Calls wait for the kernel and for each other more than they compute. */
  private static final int AT_ONCE = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());

  private static final int MOST_WAITING = 512;
  private static final Duration SEND_PATIENCE = Duration.ofSeconds(5);

  private final CallRecord record;
  private final @Nullable StepListener steps;
  private final AtomicInteger threads = new AtomicInteger();
  private final ThreadPoolExecutor executor =
      new ThreadPoolExecutor(
          AT_ONCE,
          AT_ONCE,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(MOST_WAITING),
          this::newThread);
  private volatile boolean closing;

  /**
   * @param steps is told of each step of each call; null for nobody
   */
  CallDesk(CallRecord record, @Nullable StepListener steps) {
    this.record = record;
    this.steps = steps;
  }

  private Thread newThread(Runnable work) {
    Thread thread = new Thread(work, "cni-" + threads.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void serve(Visitor visitor, Request request) {
    try {
      executor.execute(() -> answer(visitor, request));
    } catch (RejectedExecutionException full) {
      send(visitor, Handover.declined("too many calls wait already"));
      visitor.close();
    }
  }

  private void answer(Visitor visitor, Request request) {
    try (visitor) {
      if (visitor.connection().await(Duration.ZERO)) {
        return; // who has sent all has nothing to say but that it is gone
      }
      if (closing) {
        send(visitor, Handover.declined("the agent stops"));
      } else if (request.kind() == RequestHeader.STATUS) {
        send(visitor, Handover.answered(0, record.describe()));
      } else {
        answerCall(visitor, request);
      }
    } catch (RuntimeException defect) {
      log.error("a call failed by a defect of the agent", defect);
    }
  }

  private void answerCall(Visitor visitor, Request request) {
    long begin = System.nanoTime();
    String obstacle = Premises.obstacle(request);
    if (obstacle != null) {
      record.declined();
      log.debug("left a call to the plugin: {}", obstacle);
      send(visitor, Handover.declined(obstacle));
      return;
    }
    Map<String, String> variables = variables(request);
    Reply reply = run(request, variables);
    String verb = variables.getOrDefault("CNI_COMMAND", "");
    record.answered(verb, reply.exitCode(), System.nanoTime() - begin);
    boolean heard = send(visitor, Handover.answered(reply.exitCode(), reply.document()));
    if (!heard && verb.equals("ADD") && reply.exitCode() == 0) {
      // the runtime has given up, and its DEL may have come while the pod was still being made
      log.warn("nobody waited for the answer to ADD of {}", variables.get("CNI_CONTAINERID"));
      variables.put("CNI_COMMAND", "DEL");
      run(request, variables);
    }
  }

  private Reply run(Request request, Map<String, String> variables) {
    HandedNamespaces namespaces =
        new HandedNamespaces(variables.getOrDefault("CNI_NETNS", ""), request.descriptors());
    return CniCall.answer(
        variables, request.input(), () -> Kernel.open(namespaces), Way.WARM, steps);
  }

  /** Those of the launcher, but for the log file, which may be out of sight here. */
  private static Map<String, String> variables(Request request) {
    Map<String, String> variables = new HashMap<>(request.variables());
    variables.remove("CNI_LOG_FILE");
    if (request.descriptors().log() != null) {
      variables.put("CNI_LOG_FILE", "/proc/self/fd/" + request.descriptors().log().number());
    }
    return variables;
  }

  private static boolean send(Visitor visitor, byte[] answer) {
    try {
      visitor.connection().send(answer, SEND_PATIENCE);
      return true;
    } catch (KernelException gone) {
      return false;
    }
  }

  /**
   * Finishes the calls under way, and leaves those that wait to the plugin.
   *
   * @param patience how long to wait for them
   */
  void close(Duration patience) {
    closing = true;
    executor.shutdown();
    boolean interrupted = Thread.interrupted();
    try {
      if (!executor.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("calls are still under way after {} s", patience.toSeconds());
      }
    } catch (InterruptedException again) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
