package io.kindnet.kindnetd.podlinks;

import io.kindnet.cni.MonitoredDatabase;
import io.kindnet.cni.podlink.HostSides;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Puts back what others take away of what pods need on the host, whoever made it: an address or a
 * route that was removed, an interface that was set down, a port that was taken out of its bridge.
 * What the kernel has told of is put back at once; what is only found missing, a moment later if it
 * still is, since an ADD may be under way. A pod whose network is damaged is no reason to call the
 * whole node unready.
 */
public final class PodLinkAgent implements Agent {
  private static final String NAME = "pod-links";

  /** Between two checks: three listings. */
  private static final Duration CHECK_INTERVAL = Duration.ofMinutes(1);

  /** An ADD takes some ten milliseconds for what could be taken for damage. */
  private static final Duration SECOND_LOOK = Duration.ofMillis(300);

  private final MonitoredDatabase database;
  private final RouteSocket socket;
  private final AgentStatus status;
  private final ReconcileLoop loop;
  private final PodLinkWatch watch;
  private final RepairLog repairLog = new RepairLog();
  private final Executor later =
      CompletableFuture.delayedExecutor(SECOND_LOOK.toMillis(), TimeUnit.MILLISECONDS);

  /** Since when it has looked damaged, in the time of {@link System#nanoTime}. */
  private Map<String, Long> seen = Map.of();

  /**
   * @param database the plugin's, of the network namespace in which {@link #start} is called
   * @param socket that network namespace; stays the caller's to close
   * @param events what others than {@code socket} do there
   */
  public PodLinkAgent(
      MonitoredDatabase database,
      RouteSocket socket,
      KernelWatch<RouteEvents.Batch> events,
      Status status) {
    this(database, socket, events, CHECK_INTERVAL, status);
  }

  PodLinkAgent(
      MonitoredDatabase database,
      RouteSocket socket,
      KernelWatch<RouteEvents.Batch> events,
      Duration checkInterval,
      Status status) {
    this.database = database;
    this.socket = socket;
    this.status = status.optionalAgent(NAME);
    this.loop = new ReconcileLoop(NAME, checkInterval, this::reconcile, this.status);
    this.watch =
        new PodLinkWatch(events, () -> loop.request(Pass.CHANGES), () -> loop.request(Pass.KERNEL));
  }

  @Override
  public AgentStatus status() {
    return status;
  }

  @Override
  public void start() {
    status.dependsOn(watch.start());
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
    watch.close();
  }

  /** Leaves nothing behind. */
  @Override
  public void removeState() {}

  private Optional<String> reconcile(Pass pass) throws CniException, PodLinkException {
    Suspects suspects = watch.take();
    if (pass == Pass.CHANGES && !suspects.any() && areAllGone(suspects)) {
      return Optional.empty(); // pods were deleted
    }
    long now = System.nanoTime();
    Optional<HostSides.Outcome> outcome =
        database.restoreHostSides(
            socket, (link, problem) -> suspects.include(link) || hasBeenSeen(problem, now));
    if (outcome.isPresent()) {
      conclude(outcome.get(), now);
    }
    return Optional.empty();
  }

  private boolean areAllGone(Suspects suspects) {
    for (int link : suspects.links()) {
      if (socket.links().findByIndex(link).isPresent()) {
        return false;
      }
    }
    return true;
  }

  private boolean hasBeenSeen(String problem, long now) {
    Long since = seen.get(problem);
    return since != null && now - since >= SECOND_LOOK.toNanos();
  }

  private void conclude(HostSides.Outcome outcome, long now) throws PodLinkException {
    watch.know(outcome.links(), outcome.destinations());
    Map<String, Long> left = new HashMap<>();
    for (String problem : outcome.left()) {
      left.put(problem, seen.getOrDefault(problem, now));
    }
    boolean lookAgain = !left.isEmpty();
    for (String problem : outcome.failed().keySet()) {
      // it is due at the next look, or that would call it none
      left.put(problem, now - SECOND_LOOK.toNanos());
    }
    seen = left;
    if (lookAgain) {
      later.execute(() -> loop.request(Pass.KERNEL));
    }
    if (!outcome.restored().isEmpty()) {
      status.repaired(outcome.restored().size());
      repairLog.show(outcome.restored());
      loop.request(Pass.KERNEL); // to know how it is now
    }
    throwIfAny(outcome.failed());
  }

  private static void throwIfAny(Map<String, String> failed) throws PodLinkException {
    if (!failed.isEmpty()) {
      throw new PodLinkException(failed);
    }
  }
}
