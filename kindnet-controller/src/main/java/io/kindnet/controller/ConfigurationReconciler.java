package io.kindnet.controller;

import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.RetryInfo;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.kindnet.controller.api.Configuration;
import io.kindnet.controller.api.ConfigurationStatus;
import io.kindnet.controller.api.UpdateStrategy;
import io.kindnet.controller.daemonset.DesiredDaemonSets;
import io.kindnet.controller.daemonset.InvalidSpecException;
import io.kindnet.controller.rollout.AgentPod;
import io.kindnet.controller.rollout.RolloutStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the cluster follow its Configuration: applies the DaemonSets that it calls for, deletes those
 * that it no longer does, and says in its status what became of it. Called after changes of either,
 * after the deletion of the Configuration, and regularly while something is on its way.
 */
@ControllerConfiguration(
    name = "kindnet-controller",
    fieldManager = DaemonSets.FIELD_MANAGER,
    triggerReconcilerOnAllEvents = true)
final class ConfigurationReconciler implements Reconciler<Configuration> {
  private static final Logger log = LoggerFactory.getLogger(ConfigurationReconciler.class);
  private static final Duration DEADLINE = Duration.ofMinutes(3);
  private static final Duration UNDER_WAY = Duration.ofSeconds(5);

  /** Somebody else was quicker, or the API server restarts: the next attempt may do. */
  private static final int SILENT_ATTEMPTS = 2;

  private final DaemonSets daemonSets;
  private final DesiredDaemonSets desired;
  private final Removal removal;
  private final ControllerMetrics metrics;
  private final String namespace;

  ConfigurationReconciler(KubernetesClient client, String namespace, ControllerMetrics metrics) {
    this.namespace = namespace;
    this.metrics = metrics;
    daemonSets = new DaemonSets(client, namespace);
    desired = new DesiredDaemonSets(client.getKubernetesSerialization());
    removal = new Removal(client, daemonSets);
  }

  @Override
  public List<EventSource<?, Configuration>> prepareEventSources(
      EventSourceContext<Configuration> context) {
    ResourceID configuration = new ResourceID(Configuration.NAME, namespace);
    return List.of(
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(DaemonSet.class, Configuration.class)
                .withNamespaces(namespace)
                .withLabelSelector(DesiredDaemonSets.OWNER_LABEL + "=" + Configuration.NAME)
                .withSecondaryToPrimaryMapper(daemonSet -> Set.of(configuration))
                .build(),
            context));
  }

  @Override
  public UpdateControl<Configuration> reconcile(
      Configuration configuration, Context<Configuration> context) {
    metrics.reconciled();
    if (!configuration.getMetadata().getName().equals(Configuration.NAME)) {
      return UpdateControl.noUpdate(); // which the API server does not accept
    }
    List<DaemonSet> present = List.copyOf(context.getSecondaryResources(DaemonSet.class));
    if (context.isPrimaryResourceDeleted()) {
      removal.complete(present);
      return UpdateControl.noUpdate();
    }
    if (configuration.isMarkedForDeletion()) {
      return removal.advance(configuration, present)
          ? UpdateControl.noUpdate()
          : UpdateControl.<Configuration>noUpdate().rescheduleAfter(UNDER_WAY);
    }
    removal.prepare(configuration);
    Instant now = Instant.now();
    List<DaemonSet> applied = new ArrayList<>();
    @Nullable String problem = null;
    try {
      for (DaemonSet daemonSet : desired.of(configuration)) {
        applied.add(daemonSets.apply(daemonSet));
      }
      deleteAllBut(applied, present, configuration);
    } catch (InvalidSpecException invalid) {
      problem = String.valueOf(invalid.getMessage());
      applied.addAll(present);
    }
    RolloutStatus rollout = RolloutStatus.of(applied, pods(), deadline(configuration), now);
    ConfigurationStatus before = configuration.getStatus();
    @Nullable Long generation = configuration.getMetadata().getGeneration();
    ConfigurationStatus status =
        problem == null
            ? rollout.status(before, generation, now)
            : rollout.invalid(before, generation, problem, now);
    metrics.nodes(rollout.nodes());
    boolean settled = problem != null || rollout.settled();
    UpdateControl<Configuration> control = update(configuration, status);
    return settled ? control : control.rescheduleAfter(UNDER_WAY);
  }

  @Override
  public ErrorStatusUpdateControl<Configuration> updateErrorStatus(
      Configuration configuration, Context<Configuration> context, Exception failure) {
    metrics.failed();
    log.warn("cannot follow the Configuration, trying again: {}", failure.getMessage());
    int attempts = context.getRetryInfo().map(RetryInfo::getAttemptCount).orElse(0);
    if (attempts < SILENT_ATTEMPTS) {
      return ErrorStatusUpdateControl.noStatusUpdate();
    }
    ConfigurationStatus status =
        RolloutStatus.unknown(
            configuration.getStatus(),
            configuration.getMetadata().getGeneration(),
            String.valueOf(failure.getMessage()),
            Instant.now());
    if (Objects.equals(status, configuration.getStatus())) {
      return ErrorStatusUpdateControl.noStatusUpdate();
    }
    configuration.setStatus(status);
    return ErrorStatusUpdateControl.patchStatus(configuration);
  }

  private List<AgentPod> pods() {
    return daemonSets.pods("k8s-app", "kindnet");
  }

  private void deleteAllBut(
      List<DaemonSet> kept, List<DaemonSet> present, Configuration configuration) {
    Set<String> names =
        kept.stream().map(set -> set.getMetadata().getName()).collect(Collectors.toSet());
    for (DaemonSet daemonSet : present) {
      boolean ours =
          daemonSet.getMetadata().getOwnerReferences().stream()
              .anyMatch(owner -> owner.getUid().equals(configuration.getMetadata().getUid()));
      if (ours && !names.contains(daemonSet.getMetadata().getName())) {
        daemonSets.delete(daemonSet.getMetadata().getName());
      }
    }
  }

  private static Duration deadline(Configuration configuration) {
    @Nullable UpdateStrategy strategy = configuration.getSpec().updateStrategy();
    @Nullable Integer seconds = strategy == null ? null : strategy.progressDeadlineSeconds();
    return seconds == null ? DEADLINE : Duration.ofSeconds(seconds);
  }

  private UpdateControl<Configuration> update(
      Configuration configuration, ConfigurationStatus status) {
    if (Objects.equals(status, configuration.getStatus())) {
      return UpdateControl.noUpdate();
    }
    configuration.setStatus(status);
    return UpdateControl.patchStatus(configuration);
  }
}
