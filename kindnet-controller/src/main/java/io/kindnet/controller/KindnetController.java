package io.kindnet.controller;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.javaoperatorsdk.operator.processing.retry.Retry;
import io.kindnet.kindnetd.BuildVersion;
import io.kindnet.kindnetd.CommandRunner;
import io.kindnet.kindnetd.Logging;
import io.kindnet.kindnetd.Program;
import io.kindnet.kindnetd.StopSignal;
import io.kindnet.kindnetd.kube.ApiServer;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.kindnetd.status.StatusServer;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The cluster's controller: reads its options, starts its parts, waits for a signal, stops them.
 */
public final class KindnetController implements Callable<Integer>, Program {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration FIRST_RETRY = Duration.ofMillis(500);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);

  private final Map<String, String> environment;

  private final ControllerFlags flags = new ControllerFlags();
  private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);

  KindnetController(Map<String, String> environment) {
    this.environment = environment;
    flags.addTo(spec);
    spec.name("kindnet-controller").versionProvider(new Version());
    spec.usageMessage()
        .description(
            "The controller of kindnet: has the agents of a cluster follow its Configuration.")
        .customSynopsis("kindnet-controller [FLAG]...");
  }

  /**
   * Exit status: 0 after a signal, 1 if the start fails or leadership is lost, 2 if an argument is
   * wrong.
   */
  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, UTF_8);
    System.exit(
        CommandRunner.run(new KindnetController(System.getenv()), List.of(arguments), out, err));
  }

  @Override
  public CommandSpec spec() {
    return spec;
  }

  @Override
  public Integer call() throws Exception {
    ControllerOptions options = ControllerOptions.of(flags);
    Logging.configure(options.verbosity());
    try (StopSignal stop = StopSignal.install()) {
      run(options, stop);
    }
    return 0;
  }

  private void run(ControllerOptions options, StopSignal stop) throws Exception {
    Logger log = LoggerFactory.getLogger(KindnetController.class);
    String version = BuildVersion.text();
    log.info("kindnet-controller {} in namespace {}", version, options.namespace());
    Status status = new Status(version);
    ControllerMetrics metrics = new ControllerMetrics(status);
    AgentStatus controller = status.part("controller");
    controller.begin();
    controller.detail(
        () -> metrics.leader() ? Optional.empty() : Optional.of("another replica works"));
    try (StatusServer healthz = new StatusServer(options.healthz(), status);
        StatusServer numbers = new StatusServer(options.metrics(), status);
        KubernetesClient client =
            ApiServer.kubernetesClient(
                options.apiServer(), environment, "kindnet-controller/" + version)) {
      healthz.start();
      numbers.start();
      controller.ready();
      work(options, client, metrics, stop);
    } catch (InterruptedException interrupted) {
      if (!stop.received()) {
        throw interrupted;
      }
    }
    log.info("kindnet-controller stops; the agents go on");
  }

  /** Leads, as soon as it is this replica's turn, until the signal. */
  private static void work(
      ControllerOptions options,
      KubernetesClient client,
      ControllerMetrics metrics,
      StopSignal stop)
      throws InterruptedException {
    try (Leadership leadership = new Leadership(client, options.namespace(), metrics)) {
      if (options.leaderElect()) {
        leadership.start();
        leadership.await();
      } else {
        metrics.leader(true);
      }
      // as the agent does: a watch is one more request of the connection, not a WebSocket of its
      // own
      client.getConfiguration().setOnlyHttpWatches(true);
      Operator operator = operator(client, options.namespace(), metrics);
      operator.start();
      stop.await();
      operator.stop();
    }
  }

  /** What follows the Configuration in {@code namespace}, once it is started. */
  static Operator operator(KubernetesClient client, String namespace, ControllerMetrics metrics) {
    Operator operator = new Operator(settings -> settings(settings, client));
    operator.register(
        new ConfigurationReconciler(client, namespace, metrics),
        settings -> settings.settingNamespace(namespace).withRetry(retry()));
    return operator;
  }

  private static void settings(ConfigurationServiceOverrider settings, KubernetesClient client) {
    settings
        .withKubernetesClient(client)
        .withCloseClientOnStop(false)
        .withConcurrentReconciliationThreads(1)
        .withConcurrentWorkflowExecutorThreads(1)
        .withReconciliationTerminationTimeout(STOP_TIMEOUT)
        // a merge patch: what it does not name stays as it is
        .withUseSSAToPatchPrimaryResource(false);
  }

  /** By itself the framework gives up after five attempts, until the Configuration changes. */
  private static Retry retry() {
    return new GenericRetry()
        .withoutMaxAttempts()
        .setInitialInterval(FIRST_RETRY)
        .setIntervalMultiplier(1.5)
        .setMaxInterval(LONGEST_RETRY.toMillis());
  }

  /** For {@code --version}. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"kindnet-controller " + BuildVersion.text()};
    }
  }
}
