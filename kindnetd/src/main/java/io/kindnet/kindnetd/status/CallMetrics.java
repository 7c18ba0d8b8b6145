package io.kindnet.kindnetd.status;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The metrics of CNI calls, by verb and by path: warm, in this process, or cold, in one of their
 * own.
 */
public final class CallMetrics {
  private static final String WARM = "warm";
  private static final String COLD = "cold";

  private final Counter errors;
  private final Counter declined;
  private final Gauge serving;
  private final Histogram seconds;

  /** The two suppliers are those who count calls, by verb. */
  CallMetrics(
      PrometheusRegistry registry,
      Supplier<Map<String, Long>> warm,
      Supplier<Map<String, Long>> cold) {
    CounterWithCallback.builder()
        .name("kindnet_cni_calls_total")
        .help(
            "CNI calls. Warm are those since this kindnetd began; cold are the ADD and DEL that the"
                + " plugin ran in a process of its own, since its database was made.")
        .labelNames("verb", "path")
        .callback(callback -> {
          warm.get().forEach((verb, number) -> callback.call(number.doubleValue(), verb, WARM));
          cold.get().forEach((verb, number) -> callback.call(number.doubleValue(), verb, COLD));
        })
        .register(registry);
    errors =
        Counter.builder()
            .name("kindnet_cni_errors_total")
            .help("CNI calls that were answered with an error, in this kindnetd.")
            .labelNames("verb", "path")
            .register(registry);
    declined =
        Counter.builder()
            .name("kindnet_cni_declined_total")
            .help("CNI calls that kindnetd left to the plugin, untouched.")
            .register(registry);
    serving =
        Gauge.builder()
            .name("kindnet_cni_serving")
            .help("1 while kindnetd answers CNI calls, 0 while they are the plugin's alone.")
            .register(registry);
    seconds =
        Histogram.builder()
            .name("kindnet_cni_duration_seconds")
            .help("Time from a whole request to its answer, in this kindnetd.")
            .labelNames("verb", "path")
            .classicOnly()
            .withoutExemplars()
            .classicExponentialUpperBounds(0.001, 2, 12)
            .register(registry);
  }

  /** A call was answered after {@code nanos}. */
  public void answered(String verb, boolean failed, long nanos) {
    if (failed) {
      errors.labelValues(verb, WARM).inc();
    }
    seconds.labelValues(verb, WARM).observe(nanos / (double) TimeUnit.SECONDS.toNanos(1));
  }

  /** Whether calls are answered from now on. */
  public void serving(boolean now) {
    serving.set(now ? 1 : 0);
  }

  /** A call was left to the plugin. */
  public void declined() {
    declined.inc();
  }
}
