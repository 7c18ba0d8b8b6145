package io.kindnet.e2e.scale;

import io.kindnet.e2e.cluster.Kubectl;
import io.kindnet.measuring.Spread;
import io.kindnet.measuring.Table;
import io.kindnet.netlink.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * The controller starts, as the first replica and as the only one, and has its DaemonSet applied.
 */
final class ControllerPart {
  private static final int RUNS = 3;
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final double SETTLED_SECONDS = 15;
  private static final double MOST_SECONDS = 3;
  private static final double MOST_MIB = 100;

  private final ScaleFixture fixture;
  private final Kubectl kubectl;

  /**
   * One start, in seconds from that of the process.
   *
   * @param leads until it had the Lease
   * @param applied until its DaemonSet was there
   */
  private record Start(double leads, double applied) {}

  ControllerPart(ScaleFixture fixture) {
    this.fixture = fixture;
    kubectl = fixture.cluster().kubectl();
  }

  void run() {
    apply("install-kindnet-controller.yaml");
    Eventually.within(DEADLINE, () -> apply("docs/default-configuration.yaml"));
    Table memory = new Table(0, "peak MiB", "settled MiB", "of that anonymous", "CPU s until then");
    List<Start> starts = new ArrayList<>();
    double settled = 0;
    for (int run = 1; run <= RUNS; run++) {
      fixture.say("start " + run + " of the controller");
      delete("lease", "kindnet-controller");
      delete("daemonset", "kindnet");
      try (ScaleAgent controller = fixture.host().startController(fixture.cluster())) {
        double leads = controller.awaitLine("this replica leads");
        starts.add(new Start(leads, controller.awaitLine("DaemonSet kindnet is there")));
        if (run == RUNS) {
          controller.awaitAge(SETTLED_SECONDS);
          settled = controller.process().mebibytes("VmRSS");
          memory.row(
              tenths(controller.process().mebibytes("VmHWM")),
              tenths(settled),
              tenths(controller.process().mebibytes("RssAnon")),
              Table.hundredths(controller.process().cpuMillis() / 1000));
        }
      }
    }
    report(starts, memory, settled);
  }

  private void report(List<Start> starts, Table memory, double settled) {
    Table times = new Table(0, "start to Lease s", "start to DaemonSet s");
    times.row(spread(starts, Start::leads), spread(starts, Start::applied));
    fixture.chapter(
        "The controller",
        "From the start of the process, where nobody holds the Lease; median of "
            + RUNS
            + " (least–most).");
    times.print(fixture.out());
    fixture
        .out()
        .printf(
            Locale.ROOT, "Memory of the last of them, %.0f s after its start:%n", SETTLED_SECONDS);
    memory.print(fixture.out());
    fixture
        .targets()
        .atMost(
            "from the start of the controller to its Lease",
            MOST_SECONDS,
            Spread.of(starts, Start::leads).median(),
            " s");
    fixture.targets().atMost("settled memory of the controller", MOST_MIB, settled, " MiB");
  }

  private void apply(String file) {
    kubectl.run("apply", "-f", fixture.host().source(file).toString());
  }

  private void delete(String kind, String name) {
    kubectl.run("-n", "kube-system", "delete", kind, name, "--ignore-not-found");
  }

  private static String spread(List<Start> starts, ToDoubleFunction<Start> figure) {
    Spread spread = Spread.of(starts, figure);
    return String.format(
        Locale.ROOT, "%.2f (%.2f–%.2f)", spread.median(), spread.least(), spread.most());
  }

  private static String tenths(double figure) {
    return String.format(Locale.ROOT, "%.1f", figure);
  }
}
