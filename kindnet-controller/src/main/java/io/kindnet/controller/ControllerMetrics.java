package io.kindnet.controller;

import io.kindnet.controller.api.NodeCounts;
import io.kindnet.kindnetd.status.Status;
import io.prometheus.metrics.core.metrics.Gauge;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The numbers that this program shows of its work. */
final class ControllerMetrics {
  private final AtomicLong reconciliations = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final Gauge nodes;
  private volatile boolean leader;

  ControllerMetrics(Status status) {
    status.counter(
        "kindnet_controller_reconciliations_total",
        "How often the cluster was compared with its Configuration.",
        List.of(),
        () -> Map.of(List.of(), reconciliations.get()));
    status.counter(
        "kindnet_controller_failures_total",
        "How often that failed and was tried again.",
        List.of(),
        () -> Map.of(List.of(), failures.get()));
    status.gauge(
        "kindnet_controller_leader", "1 if this replica works, else 0.", () -> leader ? 1 : 0);
    nodes =
        status.gauge(
            "kindnet_controller_nodes",
            "Nodes: those that are to have an agent, and those whose agent is updated, ready or"
                + " unavailable.",
            "state");
  }

  void reconciled() {
    reconciliations.incrementAndGet();
  }

  void failed() {
    failures.incrementAndGet();
  }

  /** Whether this replica is the one that works. */
  boolean leader() {
    return leader;
  }

  void leader(boolean leads) {
    leader = leads;
  }

  void nodes(NodeCounts counts) {
    nodes.labelValues("desired").set(counts.desired());
    nodes.labelValues("updated").set(counts.updated());
    nodes.labelValues("ready").set(counts.ready());
    nodes.labelValues("unavailable").set(counts.unavailable());
  }
}
