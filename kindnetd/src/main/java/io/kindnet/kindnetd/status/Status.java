package io.kindnet.kindnetd.status;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleConsumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/** All metrics of this process, and the state of its parts. */
public final class Status {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final List<AgentStatus> agents = new CopyOnWriteArrayList<>();
  private final List<String> bugs = new CopyOnWriteArrayList<>();
  private final PassMetrics passes = new PassMetrics();

  /**
   * @param version this build's, for the {@code kindnet_build_info} metric
   */
  public Status(String version) {
    Info.builder()
        .name("kindnet_build_info")
        .help("The version of kindnet that this program is of.")
        .labelNames("version")
        .register(registry)
        .addLabelValues(version);
    GaugeWithCallback.builder()
        .name("kindnet_ready")
        .help("1 if everything of an agent is in place, else 0; /readyz says what is missing.")
        .labelNames("agent")
        .callback(callback ->
            agents()
                .forEach(agent -> callback.call(agent.problem().isEmpty() ? 1 : 0, agent.name())))
        .register(registry);
  }

  /** A further part; once it has begun, {@code /readyz} waits for it. */
  public AgentStatus agent(String name) {
    return agent(name, /* essential= */ true);
  }

  /**
   * A further part that pods can do without: {@code /readyz} shows it, and does not wait for it.
   */
  public AgentStatus optionalAgent(String name) {
    return agent(name, /* essential= */ false);
  }

  /** A further part that makes no passes, so that nothing is counted of them. */
  public AgentStatus part(String name) {
    return add(name, /* essential= */ true);
  }

  private AgentStatus agent(String name, boolean essential) {
    passes.register(registry);
    return add(name, essential);
  }

  private AgentStatus add(String name, boolean essential) {
    AgentStatus agent =
        new AgentStatus(
            name,
            essential,
            passes.seconds.labelValues(name),
            passes.failures.labelValues(name),
            passes.repairs.labelValues(name));
    agents.add(agent);
    return agent;
  }

  /**
   * The metrics of CNI calls.
   *
   * @param warm how many calls this process has served, by verb
   * @param cold how many calls the plugin has run by itself, by verb
   */
  public CallMetrics calls(Supplier<Map<String, Long>> warm, Supplier<Map<String, Long>> cold) {
    return new CallMetrics(registry, warm, cold);
  }

  /** A further number to show. */
  public Gauge gauge(String name, String help, String... labels) {
    return Gauge.builder().name(name).help(help).labelNames(labels).register(registry);
  }

  /**
   * A part has ended by an error that only a new process can fix: this one is not healthy any more.
   *
   * @param text which part and why, for people
   */
  public void bug(String text) {
    bugs.add(text);
  }

  List<String> bugs() {
    return List.copyOf(bugs);
  }

  /** A further number, asked for whenever it is shown. */
  public void gauge(String name, String help, DoubleSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.getAsDouble()))
        .register(registry);
  }

  /**
   * Further numbers, asked for whenever they are shown.
   *
   * @param labels the names of the labels
   * @param values the numbers by the values of the labels
   */
  public void gauge(
      String name, String help, List<String> labels, Supplier<Map<List<String>, Double>> values) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(labels.toArray(String[]::new))
        .callback(callback ->
            values.get().forEach((of, value) -> callback.call(value, of.toArray(String[]::new))))
        .register(registry);
  }

  /**
   * A further counter, asked for whenever it is shown.
   *
   * @param labels the names of the labels
   * @param values the numbers by the values of the labels
   */
  public void counter(
      String name, String help, List<String> labels, Supplier<Map<List<String>, Long>> values) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(labels.toArray(String[]::new))
        .callback(callback ->
            values.get().forEach((of, value) -> callback.call(value, of.toArray(String[]::new))))
        .register(registry);
  }

  /**
   * A further distribution of times.
   *
   * @param first the upper bound of the first bucket, in seconds
   * @param factor between the bounds of two buckets
   * @param buckets how many buckets have a bound
   * @return takes each time, in seconds
   */
  public DoubleConsumer histogram(
      String name, String help, double first, double factor, int buckets) {
    Histogram histogram =
        Histogram.builder()
            .name(name)
            .help(help)
            .classicOnly()
            .withoutExemplars()
            .classicExponentialUpperBounds(first, factor, buckets)
            .register(registry);
    return histogram::observe;
  }

  /**
   * A further distribution of amounts, one for each value of a label.
   *
   * @param label the name of the label
   * @param bounds the upper bounds of the buckets
   * @return for a value of the label, what takes each amount
   */
  public Function<String, DoubleConsumer> histogram(
      String name, String help, String label, double... bounds) {
    Histogram histogram =
        Histogram.builder()
            .name(name)
            .help(help)
            .labelNames(label)
            .classicOnly()
            .withoutExemplars()
            .classicUpperBounds(bounds)
            .register(registry);
    return value -> histogram.labelValues(value)::observe;
  }

  /**
   * A further distribution of amounts.
   *
   * @param bounds the upper bounds of the buckets
   * @return takes each amount
   */
  public DoubleConsumer histogram(String name, String help, double... bounds) {
    Histogram histogram =
        Histogram.builder()
            .name(name)
            .help(help)
            .classicOnly()
            .withoutExemplars()
            .classicUpperBounds(bounds)
            .register(registry);
    return histogram::observe;
  }

  /** A further number, asked for whenever it is shown; not shown while there is none. */
  public void optionalGauge(String name, String help, Supplier<Optional<Double>> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> value.get().ifPresent(callback::call))
        .register(registry);
  }

  /** What the parts still miss, each with its name in front; empty if everything is in place. */
  public List<String> problems() {
    return agents().stream()
        .flatMap(agent -> agent.problem().map(text -> agent.name() + " " + text).stream())
        .toList();
  }

  /**
   * Why the part called {@code name} is not ready, empty if it is.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Optional<String> problem(String name) {
    return named(name).problem();
  }

  /** Has {@code listener} run whenever the part called {@code name} becomes ready. */
  public void onReady(String name, Runnable listener) {
    named(name).onReady(listener);
  }

  private AgentStatus named(String name) {
    for (AgentStatus agent : agents) {
      if (agent.name().equals(name)) {
        return agent;
      }
    }
    throw new IllegalArgumentException("there is no part called " + name);
  }

  /** The parts that have begun. */
  List<AgentStatus> agents() {
    return agents.stream().filter(AgentStatus::begun).toList();
  }

  PrometheusRegistry registry() {
    return registry;
  }
}
