package io.kindnet.controller.daemonset;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kindnet.controller.api.AgentResources;
import io.kindnet.controller.api.Configuration;
import io.kindnet.controller.api.ConfigurationSpec;
import io.kindnet.controller.api.NodeOverride;
import io.kindnet.controller.api.UpdateStrategy;
import io.kindnet.kindnetd.status.BindAddress;
import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import org.jspecify.annotations.Nullable;

/**
 * The DaemonSets that a Configuration calls for. They are that of the manifest, with what the spec
 * says in place of what stands there: a spec that says nothing gives the same template.
 */
public final class DesiredDaemonSets {
  /** Says which Configuration a DaemonSet is of; the value is its name. */
  public static final String OWNER_LABEL = "kindnet.io/configuration";

  private static final String APP = "app";

  private final KubernetesSerialization serialization;

  public DesiredDaemonSets(KubernetesSerialization serialization) {
    this.serialization = serialization;
  }

  /**
   * One for each override, and before them one for all other nodes.
   *
   * @throws InvalidSpecException if an agent would not start with what the spec says
   */
  public List<DaemonSet> of(Configuration configuration) throws InvalidSpecException {
    ConfigurationSpec spec = configuration.getSpec();
    List<NodeOverride> overrides = spec.nodeOverrides() == null ? List.of() : spec.nodeOverrides();
    List<DaemonSet> all = new ArrayList<>();
    all.add(daemonSet(configuration, spec, "", Placement.of(overrides, overrides.size())));
    for (int index = 0; index < overrides.size(); index++) {
      NodeOverride override = overrides.get(index);
      all.add(
          daemonSet(
              configuration,
              merged(spec, override),
              override.name(),
              Placement.of(overrides, index)));
    }
    return all;
  }

  private ConfigurationSpec merged(ConfigurationSpec spec, NodeOverride override)
      throws InvalidSpecException {
    try {
      return EffectiveSpec.of(spec, override, serialization);
    } catch (IllegalArgumentException wrong) {
      throw new InvalidSpecException(
          "nodeOverrides " + override.name() + ": " + wrong.getMessage(), wrong);
    }
  }

  /**
   * @param suffix of its name; empty for the nodes that no override is for
   */
  private DaemonSet daemonSet(
      Configuration configuration, ConfigurationSpec spec, String suffix, Placement placement)
      throws InvalidSpecException {
    AgentArguments arguments = AgentArguments.of(spec);
    if (arguments.problem().isPresent()) {
      throw new InvalidSpecException(
          (suffix.isEmpty() ? "" : "nodeOverrides " + suffix + ": ") + arguments.problem().get());
    }
    DaemonSet daemonSet = AgentManifest.daemonSet(serialization);
    name(daemonSet, configuration, suffix);
    PodSpec pod = daemonSet.getSpec().getTemplate().getSpec();
    placement.affinity().ifPresent(pod::setAffinity);
    place(pod, spec);
    pod.getInitContainers()
        .getFirst()
        .setArgs(List.of("--install-cni-bin=" + Directories.plugins(spec)));
    for (Container container :
        List.of(pod.getInitContainers().getFirst(), pod.getContainers().getFirst())) {
      container.setImage(spec.kindnetdImage());
      if (spec.imagePullPolicy() != null) {
        container.setImagePullPolicy(spec.imagePullPolicy());
      }
      mount(pod, container, spec);
    }
    agent(pod.getContainers().getFirst(), spec, arguments);
    update(daemonSet, spec.updateStrategy());
    return daemonSet;
  }

  private static void name(DaemonSet daemonSet, Configuration configuration, String suffix) {
    daemonSet.getMetadata().setNamespace(configuration.getMetadata().getNamespace());
    daemonSet.getMetadata().setOwnerReferences(List.of(owner(configuration)));
    daemonSet.getMetadata().getLabels().put(OWNER_LABEL, configuration.getMetadata().getName());
    if (!suffix.isEmpty()) {
      String name = daemonSet.getMetadata().getName() + "-" + suffix;
      daemonSet.getMetadata().setName(name);
      // so that no DaemonSet sees the Pods of another as its own
      daemonSet.getMetadata().getLabels().put(APP, name);
      daemonSet.getSpec().getSelector().setMatchLabels(Map.of(APP, name));
      daemonSet.getSpec().getTemplate().getMetadata().getLabels().put(APP, name);
    }
  }

  /** Has the cluster's garbage collector delete what the Configuration leaves behind. */
  static OwnerReference owner(Configuration configuration) {
    return new OwnerReferenceBuilder()
        .withApiVersion(configuration.getApiVersion())
        .withKind(configuration.getKind())
        .withName(configuration.getMetadata().getName())
        .withUid(configuration.getMetadata().getUid())
        .withController(true)
        .build();
  }

  /** Has a Pod on the nodes that the spec names, and able to be there. */
  static void place(PodSpec pod, ConfigurationSpec spec) {
    if (spec.tolerations() != null) {
      pod.setTolerations(spec.tolerations());
    }
    if (spec.nodeSelector() != null) {
      pod.getNodeSelector().putAll(spec.nodeSelector());
    }
    if (spec.imagePullSecrets() != null) {
      pod.setImagePullSecrets(
          spec.imagePullSecrets().stream().map(LocalObjectReference::new).toList());
    }
  }

  private static void agent(Container agent, ConfigurationSpec spec, AgentArguments arguments) {
    agent.setArgs(arguments.arguments());
    List<EnvVar> environment = new ArrayList<>();
    for (Entry<String, String> variable : arguments.variables().entrySet()) {
      environment.add(
          new EnvVarBuilder().withName(variable.getKey()).withValue(variable.getValue()).build());
    }
    environment.addAll(agent.getEnv());
    agent.setEnv(environment);
    if (spec.metricsBindAddress() != null) {
      InetSocketAddress address = BindAddress.parse(spec.metricsBindAddress());
      probe(agent.getLivenessProbe().getHttpGet(), address);
      probe(agent.getReadinessProbe().getHttpGet(), address);
    }
    @Nullable AgentResources resources = spec.resources();
    if (resources != null && resources.requests() != null) {
      agent.getResources().setRequests(resources.requests());
    }
    if (resources != null && resources.limits() != null) {
      agent.getResources().setLimits(resources.limits());
    }
  }

  /** The kubelet asks at the node's own address, unless told otherwise. */
  private static void probe(HTTPGetAction probe, InetSocketAddress address) {
    probe.setPort(new IntOrString(address.getPort()));
    if (!address.getAddress().isAnyLocalAddress()) {
      probe.setHost(IpAddresses.format(address.getAddress()));
    }
  }

  /** Gives a container the directories of the node that the spec names. */
  static void mount(PodSpec pod, Container container, ConfigurationSpec spec) {
    mount(container, "cni-bin", Directories.plugins(spec));
    mount(container, "cni-cfg", Directories.configuration(spec));
    hostPath(pod, "cni-bin", Directories.plugins(spec));
    hostPath(pod, "cni-cfg", Directories.configuration(spec));
  }

  private static void mount(Container container, String name, String path) {
    for (VolumeMount mount : container.getVolumeMounts()) {
      if (mount.getName().equals(name)) {
        mount.setMountPath(path);
      }
    }
  }

  private static void hostPath(PodSpec pod, String name, String path) {
    for (Volume volume : pod.getVolumes()) {
      if (volume.getName().equals(name)) {
        volume.getHostPath().setPath(path);
      }
    }
  }

  private static void update(DaemonSet daemonSet, @Nullable UpdateStrategy strategy) {
    if (strategy != null && strategy.maxUnavailable() != null) {
      daemonSet
          .getSpec()
          .getUpdateStrategy()
          .getRollingUpdate()
          .setMaxUnavailable(strategy.maxUnavailable());
    }
  }
}
