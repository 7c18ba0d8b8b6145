package io.kindnet.controller;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of several replicas works: the one that holds the Lease. A replica that loses it ends, and
 * the kubelet starts it again; one that is stopped gives it back, so that another need not wait.
 */
final class Leadership implements AutoCloseable {
  /** The name of the Lease. */
  static final String LEASE = "kindnet-controller";

  private static final Logger log = LoggerFactory.getLogger(Leadership.class);

  /** For how long a Lease holds that is not renewed: how long a dead replica is waited for. */
  private static final Duration LEASE_DURATION = Duration.ofSeconds(15);

  private static final Duration RENEW_DEADLINE = Duration.ofSeconds(10);
  private static final Duration RETRY_PERIOD = Duration.ofSeconds(2);

  private final KubernetesClient client;
  private final String namespace;
  private final ControllerMetrics metrics;
  private final CountDownLatch leads = new CountDownLatch(1);
  private volatile boolean closing;
  private @Nullable CompletableFuture<?> election;

  Leadership(KubernetesClient client, String namespace, ControllerMetrics metrics) {
    this.client = client;
    this.namespace = namespace;
    this.metrics = metrics;
  }

  /** Begins to ask for the Lease. */
  void start() {
    election =
        client
            .leaderElector()
            .withConfig(
                new LeaderElectionConfigBuilder()
                    .withName(LEASE)
                    .withLock(new LeaseLock(namespace, LEASE, identity()))
                    .withLeaseDuration(LEASE_DURATION)
                    .withRenewDeadline(RENEW_DEADLINE)
                    .withRetryPeriod(RETRY_PERIOD)
                    .withReleaseOnCancel(true)
                    .withLeaderCallbacks(
                        new LeaderCallbacks(this::begin, this::end, Leadership::logLeader))
                    .build())
            .build()
            .start();
  }

  /** Waits until this replica is the one that works. */
  void await() throws InterruptedException {
    leads.await();
  }

  /** Not the name of the Pod alone: a container that is started again is another one. */
  private static String identity() {
    return System.getenv().getOrDefault("HOSTNAME", LEASE) + "_" + UUID.randomUUID();
  }

  /**
   * @param leader the identity of the new one; null where this replica gives the Lease back
   */
  private static void logLeader(@Nullable String leader) {
    if (leader != null) {
      log.info("the leader is {}", leader);
    }
  }

  private void begin() {
    metrics.leader(true);
    log.info("this replica leads");
    leads.countDown();
  }

  private void end() {
    metrics.leader(false);
    if (!closing) {
      // whatever it is about to do, another one may be doing
      log.error("this replica has lost the Lease {}, so it ends", LEASE);
      Runtime.getRuntime().halt(1);
    }
  }

  /** Gives the Lease back. */
  @Override
  public void close() {
    closing = true;
    if (election != null) {
      election.cancel(true);
    }
  }
}
