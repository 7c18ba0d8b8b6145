package io.kindnet.kindnetd.status;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/**
 * The metrics of passes, each with a label for the agent. They are shown once they are registered,
 * which a program without agents has no reason for.
 */
final class PassMetrics {
  final Histogram seconds =
      Histogram.builder()
          .name("kindnet_pass_duration_seconds")
          .help("Time that an agent took to bring the kernel to the desired state.")
          .labelNames("agent")
          .classicOnly()
          .withoutExemplars()
          .classicExponentialUpperBounds(0.001, 4, 8)
          .build();
  final Counter failures =
      Counter.builder()
          .name("kindnet_pass_failures_total")
          .help("Starts and passes of an agent that failed and were tried again.")
          .labelNames("agent")
          .build();
  final Counter repairs =
      Counter.builder()
          .name("kindnet_repairs_total")
          .help("Objects of an agent that others had removed or changed, and that were put right.")
          .labelNames("agent")
          .build();
  private boolean registered;

  /** Has them shown, from the first call on. */
  synchronized void register(PrometheusRegistry registry) {
    if (!registered) {
      registry.register(seconds);
      registry.register(failures);
      registry.register(repairs);
      registered = true;
    }
  }
}
