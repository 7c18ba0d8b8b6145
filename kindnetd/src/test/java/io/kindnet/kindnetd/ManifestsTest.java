package io.kindnet.kindnetd;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The manifests at the top of the project, against the agent that they start. */
class ManifestsTest {
  private static final String PLAIN = "install-kindnet.yaml";
  private static final String BRIDGE = "install-kindnet-bridge.yaml";

  @ParameterizedTest
  @ValueSource(strings = {PLAIN, BRIDGE})
  void theImageHasTheVersionOfTheAgent(String manifest) throws Exception {
    assertThat(containers(manifest).map(Container::getImage))
        .containsOnly("kindnet/kindnetd:" + BuildVersion.text());
  }

  @ParameterizedTest
  @ValueSource(strings = {PLAIN, BRIDGE})
  void theAgentTakesTheArguments(String manifest) throws Exception {
    for (Container container : containers(manifest).toList()) {
      Options options = optionsOf(container);
      assertThat(options.nodeName()).isNotEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {PLAIN, BRIDGE})
  void theInitContainerInstallsWhereTheAgentWatches(String manifest) throws Exception {
    PodSpec pod = pod(manifest);
    Path installed = optionsOf(pod.getInitContainers().getFirst()).plugin().install().orElseThrow();
    Path watched = optionsOf(pod.getContainers().getFirst()).plugin().watched().orElseThrow();
    assertThat(installed).isEqualTo(watched);
    assertThat(containers(manifest))
        .allSatisfy(container -> assertThat(mountPaths(container)).contains(watched.toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {PLAIN, BRIDGE})
  void whatTheAgentSharesWithTheNodeIsMounted(String manifest) throws Exception {
    Container agent = pod(manifest).getContainers().getFirst();
    Options options = optionsOf(agent);
    assertThat(mountPaths(agent))
        .contains(
            options.cniConfiguration().directory().toString(),
            options.callServer().path().resolve("..").normalize().toString(),
            "/var/lib/cni-kindnet");
  }

  @ParameterizedTest
  @ValueSource(strings = {PLAIN, BRIDGE})
  void theProbesAskWhereTheAgentAnswers(String manifest) throws Exception {
    Container agent = pod(manifest).getContainers().getFirst();
    int port = optionsOf(agent).metricsBindAddress().getPort();
    assertThat(agent.getLivenessProbe().getHttpGet().getPort().getIntVal()).isEqualTo(port);
    assertThat(agent.getReadinessProbe().getHttpGet().getPort().getIntVal()).isEqualTo(port);
  }

  @ParameterizedTest
  @ValueSource(strings = {PLAIN, BRIDGE})
  void theAgentMayDoWhatItDoes(String manifest) throws Exception {
    ClusterRole role = object(manifest, ClusterRole.class);
    assertThat(role.getRules())
        .flatExtracting(ManifestsTest::rights)
        .containsExactlyInAnyOrder(
            "get nodes",
            "list nodes",
            "watch nodes",
            "patch nodes/status",
            "create events",
            "list pods",
            "watch pods",
            "list namespaces",
            "watch namespaces",
            "list networkpolicies.networking.k8s.io",
            "watch networkpolicies.networking.k8s.io",
            "list clusternetworkpolicies.policy.networking.k8s.io",
            "watch clusternetworkpolicies.policy.networking.k8s.io",
            "list servicecidrs.networking.k8s.io",
            "list services",
            "watch services",
            "list endpointslices.discovery.k8s.io",
            "watch endpointslices.discovery.k8s.io");
  }

  private static List<String> rights(PolicyRule rule) {
    String group = rule.getApiGroups().getFirst();
    return rule.getResources().stream()
        .flatMap(resource ->
            rule.getVerbs().stream()
                .map(verb -> verb + " " + resource + (group.isEmpty() ? "" : "." + group)))
        .toList();
  }

  /** Line by line, so that whoever changes one of them changes the other. */
  @Test
  void theBridgesManifestIsTheOtherWithTheVariable() throws Exception {
    List<String> bridge = lines(BRIDGE);
    int variable = bridge.indexOf("            - name: CNI_BRIDGE");
    assertThat(bridge.subList(variable, variable + 2))
        .containsExactly("            - name: CNI_BRIDGE", "              value: \"true\"");
    bridge.subList(variable, variable + 2).clear();
    assertThat(bridge).isEqualTo(lines(PLAIN));
    assertThat(
            optionsOf(pod(BRIDGE).getContainers().getFirst()).cniConfiguration().plugins().bridge())
        .isTrue();
    assertThat(
            optionsOf(pod(PLAIN).getContainers().getFirst()).cniConfiguration().plugins().bridge())
        .isFalse();
  }

  /** Without the comment at the top. */
  private static List<String> lines(String manifest) throws IOException {
    List<String> lines = new ArrayList<>(Files.readAllLines(Path.of("..", manifest)));
    while (lines.getFirst().startsWith("#")) {
      lines.removeFirst();
    }
    return lines;
  }

  /**
   * {@code kubectl apply -k .}: the plain manifest, with an image that can be set for all of it.
   */
  @Test
  void theKustomizationSetsTheImagesOfAllManifests() throws Exception {
    JsonNode kustomization =
        Serialization.unmarshal(Files.readString(Path.of("../kustomization.yaml")), JsonNode.class);
    assertThat(kustomization.at("/resources")).hasToString("[\"" + PLAIN + "\"]");
    JsonNode image = kustomization.at("/images/0");
    String name = image.path("name").asText();
    assertThat(image.path("newName").asText()).isEqualTo(name);
    assertThat(image.path("newTag").asText()).isEqualTo(BuildVersion.text());
    for (String manifest : List.of(PLAIN, BRIDGE)) {
      assertThat(containers(manifest).map(Container::getImage))
          .allSatisfy(used -> assertThat(used).startsWith(name + ":"));
    }
    JsonNode controller = kustomization.at("/images/1");
    String used = controller.path("name").asText() + ":" + controller.path("newTag").asText();
    assertThat(controller.path("newName")).isEqualTo(controller.path("name"));
    assertThat(Files.readString(Path.of("../install-kindnet-controller.yaml")))
        .contains("image: " + used + "\n");
  }

  private static Options optionsOf(Container container) throws Exception {
    Map<String, String> environment = new HashMap<>();
    for (EnvVar variable : container.getEnv()) {
      environment.put(
          variable.getName(), variable.getValue() == null ? "of-the-node" : variable.getValue());
    }
    Flags flags = new Flags();
    CommandLine line = new CommandLine(flags.spec());
    List<String> arguments =
        GoArguments.normalize(container.getArgs(), FlagList.kinds(line.getCommandSpec()));
    line.parseArgs(arguments.toArray(String[]::new));
    return Options.of(flags, Environment.of(environment), new HostDefaults("host", true));
  }

  private static List<String> mountPaths(Container container) {
    return container.getVolumeMounts().stream().map(VolumeMount::getMountPath).toList();
  }

  private static Stream<Container> containers(String manifest) throws IOException {
    PodSpec pod = pod(manifest);
    return Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream());
  }

  private static PodSpec pod(String manifest) throws IOException {
    return daemonSet(manifest).getSpec().getTemplate().getSpec();
  }

  private static DaemonSet daemonSet(String manifest) throws IOException {
    return object(manifest, DaemonSet.class);
  }

  private static <T> T object(String manifest, Class<T> type) throws IOException {
    for (String document : Files.readString(Path.of("..", manifest)).split("\n---\n")) {
      if (document.contains("\nkind: " + type.getSimpleName() + "\n")) {
        return Serialization.unmarshal(document, type);
      }
    }
    throw new AssertionError(manifest + " has no " + type.getSimpleName());
  }
}
