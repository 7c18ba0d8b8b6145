package io.kindnet.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kindnet.controller.api.Configuration;
import io.kindnet.kindnetd.BuildVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code install-kindnet-controller.yaml}, against the program and the other manifest. */
class ControllerManifestTest {
  private static final KubernetesSerialization YAML = new KubernetesSerialization();
  private static final String CONTROLLER_IMAGE =
      "kindnet/kindnet-controller:" + BuildVersion.text();
  private static final String AGENT_IMAGE = "kindnet/kindnetd:" + BuildVersion.text();

  /** Line by line, so that whoever changes the rights of agents changes both. */
  @Test
  void theAgentsHaveTheRightsOfTheOtherManifest() throws Exception {
    List<String> other = documents("install-kindnet.yaml");
    assertThat(documents("install-kindnet-controller.yaml")).containsAll(other.subList(1, 4));
  }

  @Test
  void theImagesAreThoseOfThisVersion() throws Exception {
    assertThat(container().getImage()).isEqualTo(CONTROLLER_IMAGE);
    Configuration configuration =
        YAML.unmarshal(
            Files.readString(Path.of("../docs/default-configuration.yaml")), Configuration.class);
    assertThat(configuration.getSpec().kindnetdImage()).isEqualTo(AGENT_IMAGE);
    assertThat(configuration.getMetadata().getName()).isEqualTo(Configuration.NAME);
  }

  @Test
  void portsAreThoseOfTheFlags() throws Exception {
    ControllerOptions options = ControllerOptions.of(flags());
    assertThat(container().getPorts())
        .extracting("containerPort")
        .containsExactly(options.healthz().getPort(), options.metrics().getPort());
    assertThat(container().getReadinessProbe().getHttpGet().getPort().getStrVal())
        .isEqualTo(container().getPorts().getFirst().getName());
  }

  @Test
  void itRunsWithoutRightsOnTheNodeAndBeforeThereIsANetwork() throws Exception {
    PodSpec pod = deployment().getSpec().getTemplate().getSpec();
    assertThat(pod.getHostNetwork()).isTrue();
    assertThat(pod.getTolerations())
        .extracting("key")
        .contains("node.kubernetes.io/not-ready", "node.kubernetes.io/network-unavailable");
    assertThat(container().getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(container().getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
  }

  private static ControllerFlags flags() {
    ControllerFlags flags = new ControllerFlags();
    new picocli.CommandLine(flags.spec()).parseArgs();
    return flags;
  }

  private static Container container() throws IOException {
    return deployment().getSpec().getTemplate().getSpec().getContainers().getFirst();
  }

  private static Deployment deployment() throws IOException {
    for (String document : documents("install-kindnet-controller.yaml")) {
      if (document.contains("kind: Deployment\n")) {
        return YAML.unmarshal(document, Deployment.class);
      }
    }
    throw new AssertionError("no Deployment");
  }

  private static List<String> documents(String manifest) throws IOException {
    return List.of(Files.readString(Path.of("..", manifest)).split("\n---\n"));
  }
}
