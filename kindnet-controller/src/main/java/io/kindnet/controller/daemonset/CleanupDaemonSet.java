package io.kindnet.controller.daemonset;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kindnet.controller.api.Configuration;
import java.util.List;
import java.util.Map;

/**
 * Takes away what the agents have left on each node, after they are gone. Its Pods are ready once
 * their node is clean, and then wait to be deleted: a DaemonSet's Pods cannot end.
 */
public final class CleanupDaemonSet {
  /** Its name. */
  public static final String NAME = "kindnet-cleanup";

  private static final String APP = "app";

  private CleanupDaemonSet() {}

  /** For the nodes that {@code configuration} has agents on. */
  public static DaemonSet of(Configuration configuration, KubernetesSerialization serialization) {
    DaemonSet daemonSet = AgentManifest.daemonSet(serialization);
    daemonSet.getMetadata().setName(NAME);
    daemonSet.getMetadata().setNamespace(configuration.getMetadata().getNamespace());
    // whatever becomes of this program, it must not outlive the Configuration: it would clean each
    // node again that starts
    daemonSet.getMetadata().setOwnerReferences(List.of(DesiredDaemonSets.owner(configuration)));
    daemonSet
        .getMetadata()
        .setLabels(
            Map.of(
                APP, NAME, DesiredDaemonSets.OWNER_LABEL, configuration.getMetadata().getName()));
    daemonSet.getSpec().getSelector().setMatchLabels(Map.of(APP, NAME));
    daemonSet.getSpec().getTemplate().getMetadata().setLabels(Map.of(APP, NAME));
    PodSpec pod = daemonSet.getSpec().getTemplate().getSpec();
    DesiredDaemonSets.place(pod, configuration.getSpec());
    Container agent = pod.getContainers().getFirst();
    DesiredDaemonSets.mount(pod, agent, configuration.getSpec());
    agent.setName("cleanup");
    agent.setImage(configuration.getSpec().kindnetdImage());
    agent.setEnv(List.of());
    agent.setArgs(
        List.of(
            "--cleanup",
            "--cni-bin-dir=" + Directories.plugins(configuration.getSpec()),
            "--cni-conf-dir=" + Directories.configuration(configuration.getSpec())));
    agent.setLivenessProbe(null);
    agent.setReadinessProbe(null);
    pod.setInitContainers(List.of(agent));
    pod.setContainers(List.of(waiting(agent)));
    pod.setTerminationGracePeriodSeconds(1L);
    return daemonSet;
  }

  private static Container waiting(Container cleanup) {
    return new ContainerBuilder()
        .withName("done")
        .withImage(cleanup.getImage())
        .withImagePullPolicy(cleanup.getImagePullPolicy())
        .withCommand("/bin/busybox", "sleep", "2147483647")
        .withNewSecurityContext()
        .withReadOnlyRootFilesystem(true)
        .withAllowPrivilegeEscalation(false)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .endSecurityContext()
        .build();
  }
}
