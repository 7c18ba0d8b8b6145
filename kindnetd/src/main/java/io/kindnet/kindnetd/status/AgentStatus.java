package io.kindnet.kindnetd.status;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * How one part of a program fares: whether its work is in place, and if not, why. Made by {@link
 * Status}.
 */
public final class AgentStatus {
  private final String name;
  private final boolean essential;
  private final DistributionDataPoint passSeconds;
  private final CounterDataPoint failures;
  private final CounterDataPoint repairs;
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile Supplier<Optional<String>> detail = Optional::empty;
  private volatile Optional<String> restart = Optional.empty();
  private volatile boolean begun;
  private volatile Optional<String> problem = Optional.of("not started yet");

  AgentStatus(
      String name,
      boolean essential,
      DistributionDataPoint passSeconds,
      CounterDataPoint failures,
      CounterDataPoint repairs) {
    this.name = name;
    this.essential = essential;
    this.passSeconds = passSeconds;
    this.failures = failures;
    this.repairs = repairs;
  }

  /** The part's name in metrics and in {@code /readyz}. */
  public String name() {
    return name;
  }

  /** The part starts: from now on it counts for health and readiness. */
  public void begin() {
    begun = true;
  }

  /** The part starts, and nothing is left to be done for it. */
  public void beginReady() {
    begin();
    ready();
  }

  /** The part does not count any more, as before its {@link #begin}. */
  public void end() {
    begun = false;
  }

  /** Whether pods of this node cannot do without the part. */
  boolean essential() {
    return essential;
  }

  boolean begun() {
    return begun;
  }

  /** The part is only alive as long as {@code thread} is. */
  public void dependsOn(Thread thread) {
    threads.add(thread);
  }

  /** Everything is in place. */
  public void ready() {
    boolean news = problem.isPresent();
    problem = Optional.empty();
    if (news) {
      listeners.forEach(Runnable::run);
    }
  }

  /**
   * Has {@code detail} shown in {@code /readyz} while the part is ready: what is not as usual, and
   * no reason to be called unready. Empty for nothing.
   */
  public void detail(Supplier<Optional<String>> detail) {
    this.detail = detail;
  }

  /** The part's line while it is ready. */
  String wellness() {
    return detail.get().map(text -> "ok, but " + text).orElse("ok");
  }

  /** Has {@code listener} run whenever the part becomes ready; it must be quick. */
  void onReady(Runnable listener) {
    listeners.add(listener);
  }

  /** Nothing is wrong, but something is not there yet that the part needs. */
  public void waiting(String reason) {
    problem = Optional.of(reason);
  }

  /** A pass over the kernel came to its end. */
  public void passed(long nanos) {
    passSeconds.observe(nanos / (double) TimeUnit.SECONDS.toNanos(1));
  }

  /** A pass over the kernel failed. */
  public void failed(long nanos, String reason) {
    passed(nanos);
    failed(reason);
  }

  /** The part failed otherwise: it could not start, for one. */
  public void failed(String reason) {
    failures.inc();
    problem = Optional.of(reason);
  }

  /** Something of the part's was removed or changed by others, and put right. */
  public void repaired(int objects) {
    repairs.inc(objects);
  }

  /** Nothing but a new start of this process can help; {@code /healthz} says so. */
  public void needsRestart(String reason) {
    restart = Optional.of(reason);
  }

  /** What only a new start can fix: a thread that the part cannot do without, for one. */
  Optional<String> death() {
    return restart.or(this::deadThread);
  }

  private Optional<String> deadThread() {
    return threads.stream()
        .filter(thread -> !thread.isAlive())
        .map(thread -> "thread " + thread.getName() + " has ended")
        .findFirst();
  }

  /** Why the part is not ready, empty if it is. */
  public Optional<String> problem() {
    return problem;
  }
}
