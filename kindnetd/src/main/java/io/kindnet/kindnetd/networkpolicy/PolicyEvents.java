package io.kindnet.kindnetd.networkpolicy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.ApiException;
import io.kindnet.kindnetd.kube.WarningEvents;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an Event for each problem of a policy, as {@code kubectl describe networkpolicy} shows
 * them, in the background. The agents of all nodes find the same problems: the Event has one name
 * wherever it is made, so that only the first makes it, and each waits for a random time.
 */
public final class PolicyEvents implements Consumer<PolicyProblem>, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PolicyEvents.class);
  private static final int LONGEST_PREFIX = 200;
  private static final long MILLIS_PER_NODE = 5;

  private final WarningEvents events;
  private final IntSupplier nodes;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("policy-events").factory());

  /**
   * @param node the name of this machine's Node
   * @param nodes how many machines do the same
   */
  public PolicyEvents(ApiClient client, String node, IntSupplier nodes) {
    this.events = new WarningEvents(client, node);
    this.nodes = nodes;
  }

  @Override
  public void accept(PolicyProblem problem) {
    long delay = ThreadLocalRandom.current().nextLong(1 + MILLIS_PER_NODE * nodes.getAsInt());
    try {
      var _ = thread.schedule(() -> create(problem), delay, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      // the log has it
    }
  }

  private void create(PolicyProblem problem) {
    String version =
        problem.namespace().isEmpty()
            ? "policy.networking.k8s.io/v1alpha2"
            : "networking.k8s.io/v1";
    WarningEvents.Subject policy =
        new WarningEvents.Subject(
            version, problem.kind(), problem.namespace(), problem.name(), problem.uid());
    String reason = problem.whole() ? "PolicyNotFollowed" : "PolicyPartlyFollowed";
    try {
      events.create(name(problem), policy, reason, problem.text());
    } catch (ApiException answer) {
      if (!answer.isConflict()) {
        log.warn("no Event on {}: {}", problem.line(), answer.getMessage());
      }
    } catch (IOException failure) {
      log.warn("no Event on {}: {}", problem.line(), failure.getMessage());
    }
  }

  /** The same for the same problem of the same policy, on every node. */
  private static String name(PolicyProblem problem) {
    String prefix = problem.name().substring(0, Math.min(LONGEST_PREFIX, problem.name().length()));
    String text = problem.kind() + problem.uid() + problem.text();
    // no part of a DNS name ends with a dash or a dot, but the end of a prefix may
    return prefix.replaceAll("[-.]+$", "") + "." + UUID.nameUUIDFromBytes(text.getBytes(UTF_8));
  }

  /** What has not been told yet is not told any more. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
