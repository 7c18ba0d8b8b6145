package io.kindnet.controller;

import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.kindnet.controller.rollout.AgentPod;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The DaemonSets in the API server and their Pods. */
final class DaemonSets {
  /** As whom fields are set: what others set stays theirs. */
  static final String FIELD_MANAGER = "kindnet-controller";

  private static final Logger log = LoggerFactory.getLogger(DaemonSets.class);

  /** With which {@code kubectl apply} sets fields, on the client's side and on the server's. */
  private static final Set<String> KUBECTL = Set.of("kubectl-client-side-apply", "kubectl");

  /** So that no answer holds more than a small part of what this program may take. */
  private static final long CHUNK = 100;

  private final KubernetesClient client;
  private final String namespace;

  DaemonSets(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /** Has the API server hold what {@code desired} says, and leaves other fields alone. */
  DaemonSet apply(DaemonSet desired) {
    @Nullable DaemonSet present =
        client
            .apps()
            .daemonSets()
            .inNamespace(namespace)
            .withName(desired.getMetadata().getName())
            .get();
    if (present != null) {
      takeOver(present);
    }
    DaemonSet applied =
        client.resource(desired).fieldManager(FIELD_MANAGER).forceConflicts().serverSideApply();
    logChange(present, applied);
    return applied;
  }

  private static void logChange(@Nullable DaemonSet present, DaemonSet applied) {
    String name = applied.getMetadata().getName();
    if (present == null) {
      log.info("DaemonSet {} is there", name);
    } else if (!present
        .getMetadata()
        .getResourceVersion()
        .equals(applied.getMetadata().getResourceVersion())) {
      boolean template = !present.getSpec().getTemplate().equals(applied.getSpec().getTemplate());
      log.info(
          "DaemonSet {} is as it should be again{}",
          name,
          template ? ", its Pods are replaced" : "");
    }
  }

  /**
   * What {@code kubectl apply -f install-kindnet.yaml} has set is this program's from now on: as
   * long as kubectl holds a field, it stays when the Configuration no longer calls for it.
   */
  private void takeOver(DaemonSet present) {
    List<ManagedFieldsEntry> entries = present.getMetadata().getManagedFields();
    if (entries.stream().anyMatch(entry -> FIELD_MANAGER.equals(entry.getManager()))) {
      return;
    }
    for (int index = 0; index < entries.size(); index++) {
      ManagedFieldsEntry entry = entries.get(index);
      if (KUBECTL.contains(entry.getManager()) && entry.getSubresource() == null) {
        String path = "/metadata/managedFields/" + index;
        String patch =
            """
            [{"op": "test", "path": "%1$s/manager", "value": "%2$s"},
             {"op": "replace", "path": "%1$s/manager", "value": "%3$s"},
             {"op": "replace", "path": "%1$s/operation", "value": "Apply"}]
            """
                .formatted(path, entry.getManager(), FIELD_MANAGER);
        client.resource(present).patch(PatchContext.of(PatchType.JSON), patch);
        log.info(
            "DaemonSet {} was applied by kubectl, and is taken over",
            present.getMetadata().getName());
        return; // two entries of one manager would not be valid
      }
    }
  }

  /** Deletes one, its Pods included. */
  void delete(String name) {
    client.apps().daemonSets().inNamespace(namespace).withName(name).delete();
    log.info("DaemonSet {} is deleted", name);
  }

  /** The Pods of agents, whichever DaemonSet they are of. */
  List<AgentPod> pods(String label, String value) {
    List<AgentPod> pods = new ArrayList<>();
    @Nullable String rest = null;
    do {
      PodList list =
          client
              .pods()
              .inNamespace(namespace)
              .withLabel(label, value)
              .list(new ListOptionsBuilder().withLimit(CHUNK).withContinue(rest).build());
      for (Pod pod : list.getItems()) {
        pods.add(AgentPod.of(pod));
      }
      rest = list.getMetadata().getContinue();
    } while (rest != null && !rest.isEmpty());
    return pods;
  }
}
