package io.kindnet.controller.daemonset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kindnet.controller.api.Configuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DesiredDaemonSetsTest {
  private static final KubernetesSerialization YAML = new KubernetesSerialization();

  /** A cluster that has the manifest's agents keeps them as they are: no Pod is replaced. */
  @Test
  void theDefaultConfigurationGivesTheTemplateOfTheManifest() throws Exception {
    DaemonSet made =
        only(configuration(Files.readString(Path.of("../docs/default-configuration.yaml"))));
    DaemonSet manifest = manifest("install-kindnet.yaml");
    assertThat(spec(made)).isEqualTo(spec(manifest));
    assertThat(made.getMetadata().getName()).isEqualTo(manifest.getMetadata().getName());
    assertThat(made.getMetadata().getNamespace()).isEqualTo(manifest.getMetadata().getNamespace());
    assertThat(made.getMetadata().getLabels())
        .containsAllEntriesOf(manifest.getMetadata().getLabels());
  }

  /** As the API server gives an object back, with all defaults of the definition in it. */
  @Test
  void soDoesOneInWhichEachSectionIsNamed() throws Exception {
    Configuration configuration =
        configuration(
            spec(
                """
                imagePullPolicy: IfNotPresent
                logLevel: 0
                cni: {enabled: true, mode: ptp, binDirectory: /opt/cni/bin, configurationDirectory: /etc/cni/net.d, nri: true}
                masquerading: {enabled: true}
                networkPolicies: {enabled: true, adminTier: false, baselineTier: false, log: "off"}
                dnsCaching: {enabled: false, maxTTLSeconds: 3600}
                nat64: {enabled: true, prefix: "64:ff9b::/96", pool: 240.64.0.0/16}
                fastPath: {threshold: 20}
                packetLog: {level: 9, format: text}
                ipsec: {enabled: false}
                forwarding: {acceptPods: false}
                metricsBindAddress: ":19080"
                updateStrategy: {maxUnavailable: 10%, progressDeadlineSeconds: 180}
                """));
    assertThat(spec(only(configuration))).isEqualTo(spec(manifest("install-kindnet.yaml")));
  }

  @Test
  void theBridgeGivesTheTemplateOfItsManifest() throws Exception {
    DaemonSet made = only(configuration(spec("cni: {mode: bridge}")));
    assertThat(spec(made)).isEqualTo(spec(manifest("install-kindnet-bridge.yaml")));
  }

  @Test
  void bothContainersHaveTheImage() throws Exception {
    PodSpec pod =
        pod(
            only(
                configuration(
                    spec("imagePullPolicy: Always\nimagePullSecrets: [pull]")
                        .replace(":0.1.0", ":0.2.0"))));
    for (Container container :
        List.of(pod.getInitContainers().getFirst(), pod.getContainers().getFirst())) {
      assertThat(container.getImage()).isEqualTo("kindnet/kindnetd:0.2.0");
      assertThat(container.getImagePullPolicy()).isEqualTo("Always");
    }
    assertThat(pod.getImagePullSecrets()).extracting("name").containsExactly("pull");
  }

  @Test
  void directoriesAreMountedWhereTheyAreUsed() throws Exception {
    PodSpec pod =
        pod(
            only(
                configuration(
                    spec(
                        "cni: {binDirectory: /usr/libexec/cni, configurationDirectory:"
                            + " /etc/k/net.d}"))));
    assertThat(pod.getInitContainers().getFirst().getArgs())
        .containsExactly("--install-cni-bin=/usr/libexec/cni");
    assertThat(pod.getContainers().getFirst().getVolumeMounts())
        .extracting("mountPath")
        .contains("/usr/libexec/cni", "/etc/k/net.d")
        .doesNotContain("/opt/cni/bin", "/etc/cni/net.d");
    assertThat(pod.getVolumes())
        .filteredOn(volume -> volume.getName().matches("cni-(bin|cfg)"))
        .extracting(volume -> volume.getHostPath().getPath())
        .containsExactly("/usr/libexec/cni", "/etc/k/net.d");
  }

  @Test
  void probesAskWhereTheAgentAnswers() throws Exception {
    HTTPGetAction probe =
        pod(only(configuration(spec("metricsBindAddress: 127.0.0.1:19081"))))
            .getContainers()
            .getFirst()
            .getReadinessProbe()
            .getHttpGet();
    assertThat(probe.getPort().getIntVal()).isEqualTo(19081);
    assertThat(probe.getHost()).isEqualTo("127.0.0.1");
  }

  @Test
  void resourcesTolerationsAndNodesAreThoseOfTheSpec() throws Exception {
    PodSpec pod =
        pod(
            only(
                configuration(
                    spec(
                        """
                        resources: {limits: {memory: 200Mi}}
                        tolerations: [{key: a, operator: Exists}]
                        nodeSelector: {pool: blue}
                        """))));
    assertThat(pod.getContainers().getFirst().getResources().getLimits().get("memory"))
        .hasToString("200Mi");
    assertThat(pod.getContainers().getFirst().getResources().getRequests()).containsKey("cpu");
    assertThat(pod.getTolerations()).extracting("key").containsExactly("a");
    assertThat(pod.getNodeSelector())
        .isEqualTo(Map.of("kubernetes.io/os", "linux", "pool", "blue"));
  }

  @Test
  void eachNodeBelongsToOneDaemonSet() throws Exception {
    List<DaemonSet> all =
        new DesiredDaemonSets(YAML)
            .of(
                configuration(
                    spec(
                        """
                        logLevel: 1
                        masquerading: {excludedCIDRs: [10.0.0.0/8]}
                        nodeOverrides:
                        - {name: edge, nodeLabel: {key: pool, values: [edge, far]}, settings: {logLevel: 2, masquerading: {enabled: false}}}
                        - {name: gpu, nodeLabel: {key: gpu, values: ["yes"]}, settings: {kindnetdImage: "other:1"}}
                        """)));
    assertThat(all)
        .extracting(set -> set.getMetadata().getName())
        .containsExactly("kindnet", "kindnet-edge", "kindnet-gpu");
    assertThat(all)
        .extracting(DesiredDaemonSetsTest::placement)
        .containsExactly(
            "pool NotIn [edge, far], gpu NotIn [yes]",
            "pool In [edge, far]",
            "pool NotIn [edge, far], gpu In [yes]");
    assertThat(all)
        .extracting(set -> pod(set).getContainers().getFirst().getArgs())
        .containsExactly(
            List.of("--cni-bin-dir=/opt/cni/bin", "-v=1", "--no-masquerade-cidr=10.0.0.0/8"),
            List.of(
                "--cni-bin-dir=/opt/cni/bin",
                "-v=2",
                "--masquerading=false",
                "--no-masquerade-cidr=10.0.0.0/8"),
            List.of("--cni-bin-dir=/opt/cni/bin", "-v=1", "--no-masquerade-cidr=10.0.0.0/8"));
    assertThat(pod(all.get(2)).getContainers().getFirst().getImage()).isEqualTo("other:1");
    assertThat(all).extracting(DesiredDaemonSetsTest::selector).doesNotHaveDuplicates();
    assertThat(all)
        .allSatisfy(set ->
            assertThat(set.getSpec().getTemplate().getMetadata().getLabels())
                .containsAllEntriesOf(set.getSpec().getSelector().getMatchLabels())
                .containsEntry("k8s-app", "kindnet"));
  }

  @Test
  void whatNoAgentWouldStartWithIsSaid() {
    assertThatThrownBy(() -> only(configuration(spec("masquerading: {excludedCIDRs: [ten]}"))))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("ten")
        .hasMessageContaining("no-masquerade-cidr");
    assertThatThrownBy(() ->
            only(
                configuration(
                    spec(
                        "nodeOverrides: [{name: edge, nodeLabel: {key: a, values: [b]}, settings:"
                            + " {networkPolicies: {log: loud}}}]"))))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageStartingWith("nodeOverrides edge: ")
        .hasMessageContaining("loud");
  }

  private static String placement(DaemonSet set) {
    StringBuilder text = new StringBuilder();
    for (NodeSelectorRequirement requirement :
        pod(set)
            .getAffinity()
            .getNodeAffinity()
            .getRequiredDuringSchedulingIgnoredDuringExecution()
            .getNodeSelectorTerms()
            .getFirst()
            .getMatchExpressions()) {
      text.append(text.isEmpty() ? "" : ", ")
          .append(requirement.getKey())
          .append(' ')
          .append(requirement.getOperator())
          .append(' ')
          .append(requirement.getValues());
    }
    return text.toString();
  }

  /** As text, which is easier to compare for people. */
  private static String spec(DaemonSet set) {
    return YAML.asYaml(set.getSpec());
  }

  private static LabelSelector selector(DaemonSet set) {
    return set.getSpec().getSelector();
  }

  private static PodSpec pod(DaemonSet set) {
    return set.getSpec().getTemplate().getSpec();
  }

  private static DaemonSet only(Configuration configuration) throws InvalidSpecException {
    return new DesiredDaemonSets(YAML).of(configuration).getFirst();
  }

  private static Configuration configuration(String yaml) {
    return YAML.unmarshal(yaml, Configuration.class);
  }

  private static String spec(String fields) throws IOException {
    return Files.readString(Path.of("../docs/default-configuration.yaml")) + fields.indent(2);
  }

  private static DaemonSet manifest(String name) throws IOException {
    for (String document : Files.readString(Path.of("..", name)).split("\n---\n")) {
      if (document.contains("\nkind: DaemonSet\n")) {
        return YAML.unmarshal(document, DaemonSet.class);
      }
    }
    throw new AssertionError("no DaemonSet in " + name);
  }
}
