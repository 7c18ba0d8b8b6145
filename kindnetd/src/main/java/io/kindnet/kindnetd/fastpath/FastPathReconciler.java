package io.kindnet.kindnetd.fastpath;

import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the table to where interfaces and network policies call for. The thread that enforces
 * policies has the flows of a pod stopped by itself, so that none passes by a policy that is in the
 * kernel. Thread-safe.
 */
final class FastPathReconciler {
  private static final Logger log = LoggerFactory.getLogger(FastPathReconciler.class);

  private final FastPathTable table;
  private final FastPathInterfaces interfaces;
  private final boolean byPolicies;
  private final Runnable onRepair;

  // guarded by this
  private boolean started;
  private @Nullable Set<String> installed;
  private @Nullable OffloadablePods pods;
  private @Nullable OffloadablePods upcoming;
  private boolean mustStopFlows;

  /**
   * @param byPolicies whether {@link #restrict} and {@link #allow} tell which pods policies select;
   *     otherwise none does
   * @param onRepair is run after what others had changed was put right
   */
  FastPathReconciler(
      FastPathTable table, FastPathInterfaces interfaces, boolean byPolicies, Runnable onRepair) {
    this.table = table;
    this.interfaces = interfaces;
    this.byPolicies = byPolicies;
    this.onRepair = onRepair;
  }

  /** From now on the table is written. */
  synchronized void start() {
    started = true;
  }

  /** What it still waits for; empty once the table is as it has to be. */
  synchronized Optional<String> run(Pass pass) {
    if (byPolicies && pods == null) {
      // what an earlier run left is as the policies want it that the same run left
      return Optional.of("waiting for network policies");
    }
    if (mustStopFlows) {
      stopFlows();
      return Optional.empty();
    }
    Set<String> wanted = wanted();
    if (pass == Pass.KERNEL || !wanted.equals(installed)) {
      boolean changed = table.ensure(wanted);
      if (changed && wanted.equals(installed)) {
        log.warn("table {} had been changed by others, put right", FastPathTable.TABLE);
        onRepair.run();
      }
      installed = wanted;
    }
    return Optional.empty();
  }

  private synchronized Set<String> wanted() {
    return pods == null ? interfaces.all() : interfaces.of(pods);
  }

  private synchronized void stopFlows() {
    Set<String> wanted = wanted();
    table.stopFlows(wanted);
    mustStopFlows = false;
    installed = wanted;
  }

  /**
   * Policies are about to be in force that say {@code next}: when this returns, no flow of a pod
   * that they select is offloaded any more. Pods that they select no more wait for {@link #allow}.
   *
   * @return whether {@link #run} has to finish that, since the kernel refused it
   */
  synchronized boolean restrict(OffloadablePods next) {
    OffloadablePods before = pods;
    upcoming = next;
    if (next.equals(before)) {
      return false;
    }
    // an earlier run may have left flows of any pod
    mustStopFlows |= before == null || next.restricts(before);
    pods = before == null ? next : next.withoutNewOnes(before);
    if (!mustStopFlows || !started) {
      return false;
    }
    try {
      stopFlows();
      return false;
    } catch (RuntimeException refusal) {
      // such as that of an interface that is gone since it was listed
      log.debug("offloaded flows are stopped with their whole table", refusal);
      removeTable();
      return true;
    }
  }

  /** Policies are not held up by this, whatever fails. */
  private void removeTable() {
    try {
      table.remove();
    } catch (RuntimeException refusal) {
      log.warn("offloaded flows cannot be stopped yet: {}", refusal.getMessage());
    }
  }

  /** The policies that {@link #restrict} was told of are in force. Returns whether to run again. */
  synchronized boolean allow() {
    boolean changed = installed == null || !Objects.equals(pods, upcoming);
    pods = upcoming;
    return changed;
  }
}
