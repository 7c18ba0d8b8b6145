package io.kindnet.controller;

import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.kindnet.controller.api.Configuration;
import io.kindnet.controller.daemonset.CleanupDaemonSet;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a Configuration: the agents go. With {@code onDelete: Clean}, the object has a
 * finalizer until every node is clean. While this program is away, the cluster's garbage collector
 * takes the agents away.
 */
final class Removal {
  /** Keeps a Configuration that is to be deleted until nodes are clean. */
  static final String FINALIZER = "kindnet.io/clean-nodes";

  private static final Logger log = LoggerFactory.getLogger(Removal.class);

  private final KubernetesClient client;
  private final DaemonSets daemonSets;

  Removal(KubernetesClient client, DaemonSets daemonSets) {
    this.client = client;
    this.daemonSets = daemonSets;
  }

  /**
   * Gives a Configuration its finalizer where it needs one, and takes it away where it does not.
   */
  void prepare(Configuration configuration) {
    boolean there = hasFinalizer(configuration);
    if (configuration.getSpec().cleans() != there) {
      setFinalizer(configuration, !there);
    }
  }

  /**
   * Does what can be done now.
   *
   * @param present the DaemonSets of the Configuration
   * @return whether nothing is left to do
   */
  boolean advance(Configuration configuration, List<DaemonSet> present) {
    // what is known of it here may be of before the last step, which must not be taken again
    if (!hasFinalizer(configuration) || !hasFinalizer(present(configuration))) {
      return true;
    }
    if (configuration.getSpec().cleans() && !clean(configuration, present)) {
      return false;
    }
    complete(present);
    setFinalizer(configuration, false);
    return true;
  }

  /**
   * Deletes what is left of a Configuration that is gone. The garbage collector would, too, unless
   * the kind is deleted right after the object, which is then neither there nor known to be gone.
   */
  void complete(List<DaemonSet> present) {
    for (DaemonSet daemonSet : present) {
      if (!daemonSet.isMarkedForDeletion()) {
        daemonSets.delete(daemonSet.getMetadata().getName());
      }
    }
  }

  private static boolean hasFinalizer(@Nullable Configuration configuration) {
    return configuration != null && configuration.getMetadata().getFinalizers().contains(FINALIZER);
  }

  /** As the API server has it now. */
  private @Nullable Configuration present(Configuration configuration) {
    return resource(configuration).get();
  }

  private Resource<Configuration> resource(Configuration configuration) {
    return client
        .resources(Configuration.class)
        .inNamespace(configuration.getMetadata().getNamespace())
        .withName(configuration.getMetadata().getName());
  }

  private boolean clean(Configuration configuration, List<DaemonSet> present) {
    boolean agents = false;
    for (DaemonSet daemonSet : present) {
      if (!daemonSet.getMetadata().getName().equals(CleanupDaemonSet.NAME)) {
        agents = true;
        if (!daemonSet.isMarkedForDeletion()) {
          daemonSets.delete(daemonSet.getMetadata().getName());
        }
      }
    }
    // an agent that still runs would bring everything back
    if (agents || !daemonSets.pods("k8s-app", "kindnet").isEmpty()) {
      return false;
    }
    DaemonSet cleanup =
        daemonSets.apply(CleanupDaemonSet.of(configuration, client.getKubernetesSerialization()));
    @Nullable DaemonSetStatus status = cleanup.getStatus();
    if (status == null || status.getObservedGeneration() == null) {
      return false;
    }
    int ready = status.getNumberReady() == null ? 0 : status.getNumberReady();
    log.info("{} of {} nodes are clean", ready, status.getDesiredNumberScheduled());
    return ready == status.getDesiredNumberScheduled();
  }

  /** The whole list, unless somebody else was quicker. */
  private void setFinalizer(Configuration configuration, boolean present) {
    List<String> finalizers = new ArrayList<>(configuration.getMetadata().getFinalizers());
    finalizers.remove(FINALIZER);
    if (present) {
      finalizers.add(FINALIZER);
    }
    String list =
        finalizers.stream()
            .map(name -> '"' + name + '"')
            .collect(Collectors.joining(", ", "[", "]"));
    resource(configuration)
        .patch(
            PatchContext.of(PatchType.JSON),
            """
            [{"op": "test", "path": "/metadata/resourceVersion", "value": "%s"},
             {"op": "add", "path": "/metadata/finalizers", "value": %s}]
            """
                .formatted(configuration.getMetadata().getResourceVersion(), list));
  }
}
