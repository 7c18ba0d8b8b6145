package io.kindnet.kindnetd.ipam;

import io.kindnet.cni.MonitoredDatabase;
import io.kindnet.cni.RangeUsage;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.libc.KernelException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches over the plugin's database: tells when no address is left for pods, and removes the rows
 * of pods that are no more and that no DEL will name. What it cannot do now, it does later: calls
 * of pods do not need it, and it is never a reason to call the node unready.
 */
public final class AddressAgent implements Agent {
  private static final Logger log = LoggerFactory.getLogger(AddressAgent.class);
  private static final String NAME = "addresses";

  private final MonitoredDatabase database;
  private final Timing timing;
  private final ReconcileLoop loop;
  private final AgentStatus own;
  private final List<Shortage> shortages;
  private final AtomicLong collected = new AtomicLong();
  private volatile AddressReport last = AddressReport.EMPTY;
  private volatile Optional<String> failure = Optional.empty();
  private boolean known; // whether last is of this database
  private @Nullable Long lastCollection;

  /**
   * When things are done.
   *
   * @param look between two looks at the database
   * @param collect between two collections of rows
   * @param age how old a row has to be to be collected, in whole seconds: kubelet waits four
   *     minutes for a sandbox, and whatever the runtime does for it goes on as long
   * @param tell after what time a shortage that goes on is told again
   */
  record Timing(Duration look, Duration collect, Duration age, Duration tell) {
    static final Timing USUAL =
        new Timing(
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(10));
  }

  /**
   * @param warning takes what operators of the cluster should see
   */
  public AddressAgent(MonitoredDatabase database, NodeWarning warning, Status status) {
    this(database, warning, Timing.USUAL, status);
  }

  AddressAgent(MonitoredDatabase database, NodeWarning warning, Timing timing, Status status) {
    this.own = status.optionalAgent(NAME);
    this.database = database;
    this.timing = timing;
    this.loop = new ReconcileLoop(NAME, timing.look(), this::look, own);
    this.shortages =
        Stream.of(AddressFamily.values())
            .map(family -> new Shortage(family, warning, timing.tell()))
            .toList();
    own.detail(this::detail);
    showMetrics(status);
  }

  private void showMetrics(Status status) {
    status.gauge(
        "kindnet_ipam_range_addresses",
        "Addresses for pods in a range.",
        List.of("range"),
        () -> ofRanges(usage -> usage.capacity().doubleValue()));
    status.gauge(
        "kindnet_ipam_range_used",
        "Addresses of a range that pods have.",
        List.of("range"),
        () -> ofRanges(RangeUsage::used));
    status.counter(
        "kindnet_ipam_shortages_total",
        "ADDs that found no address of a family left, since the plugin's database was made.",
        List.of("family"),
        this::shortageCounts);
    status.counter(
        "kindnet_ipam_collected_pods_total",
        "Pods that were removed from the plugin's database because they were no more and no DEL had"
            + " named them, in this kindnetd.",
        List.of(),
        () -> Map.of(List.of(), collected.get()));
  }

  private Map<List<String>, Double> ofRanges(ToDoubleFunction<RangeUsage> value) {
    Map<List<String>, Double> values = new HashMap<>();
    for (RangeUsage usage : last.ranges()) {
      values.put(List.of(usage.range().subnet().toString()), value.applyAsDouble(usage));
    }
    return values;
  }

  private Map<List<String>, Long> shortageCounts() {
    Map<List<String>, Long> counts = new HashMap<>();
    last.shortages()
        .forEach(
            (family, count) -> counts.put(List.of(family.name().toLowerCase(Locale.ROOT)), count));
    return counts;
  }

  private Optional<String> detail() {
    List<String> texts =
        Stream.concat(failure.stream(), shortages.stream().flatMap(each -> each.current().stream()))
            .toList();
    return texts.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", texts));
  }

  @Override
  public AgentStatus status() {
    return own;
  }

  @Override
  public void start() {
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
  }

  /** Leaves nothing behind. */
  @Override
  public void removeState() {}

  private Optional<String> look(Pass pass) {
    Optional<String> before = failure;
    try {
      if (database.exists()) {
        collectIfDue();
        report();
      } else {
        last = AddressReport.EMPTY;
      }
      failure = Optional.empty();
    } catch (CniException | KernelException reason) {
      failure = Optional.of(String.valueOf(reason.getMessage()));
      if (before.isEmpty()) {
        log.warn("cannot look after the addresses of pods: {}", reason.getMessage());
      }
    }
    return Optional.empty();
  }

  private void collectIfDue() throws CniException {
    long now = System.nanoTime();
    if (lastCollection != null && now - lastCollection < timing.collect().toNanos()) {
      return;
    }
    for (PodRow pod : database.collect(timing.age())) {
      log.info("{} is no more, and no DEL has named it: its addresses are free", pod);
      collected.incrementAndGet();
    }
    lastCollection = now;
  }

  private void report() throws CniException {
    AddressReport now;
    try (Store store = database.open()) {
      now = AddressReport.of(store);
    }
    if (known) {
      shortages.forEach(shortage -> shortage.advanceTo(last, now));
    }
    known = true;
    last = now;
  }
}
