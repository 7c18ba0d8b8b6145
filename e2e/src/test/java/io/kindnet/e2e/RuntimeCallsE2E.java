package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.Recorder.Call;
import io.kindnet.e2e.cluster.Node;
import io.kindnet.netlink.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The container runtime calls the plugin as docs/runtimes.md says. */
@RealCluster
class RuntimeCallsE2E {

  @Test
  void theRuntimeCallsThePluginAsDocumented(TestCluster cluster) {
    Node node = cluster.node(1);
    boolean second = node.containerdGeneration() >= 2;
    try (Recorder recorder = Recorder.start(node.machine())) {
      cluster.apply(Manifests.pod("web", node.name(), "{containerPort: 8080, hostPort: 8081}"));
      cluster.awaitPod("web");
      cluster.inNamespace("delete", "pod", "web");
      Eventually.within(
          TestCluster.DEADLINE, () -> assertThat(dels(recorder)).hasSizeGreaterThanOrEqualTo(3));

      assertThat(of(recorder, "ADD")).hasSize(1);
      List<Call> calls = recorder.calls();
      assertThat(calls).extracting(Call::version).containsOnly(second ? "1.1.0" : "0.4.0");
      assertThat(calls).extracting(Call::verb).doesNotContain("CHECK", "GC", "VERSION");
      assertAddAndDels(of(recorder, "ADD").getFirst(), dels(recorder));
      List<Call> statuses = of(recorder, "STATUS");
      if (second) {
        assertThat(statuses).hasSizeGreaterThan(2);
      } else {
        assertThat(statuses).isEmpty();
      }
    } finally {
      cluster.kindnet().awaitReady();
    }
    Path nri = node.machine().path("/run/nri/nri.sock");
    assertThat(Files.exists(nri)).as("NRI is on").isEqualTo(second);
  }

  private static void assertAddAndDels(Call add, List<Call> dels) {
    assertThat(add.configuration().at("/runtimeConfig/portMappings/0/HostPort").asInt())
        .isEqualTo(8081);
    assertThat(dels.getFirst().namespace()).isEqualTo(add.namespace()).isNotEmpty();
    assertThat(dels.getFirst().configuration().has("prevResult")).isTrue();
    assertThat(dels.subList(1, dels.size()))
        .allSatisfy(del -> {
          assertThat(del.namespace()).isEmpty();
          assertThat(del.configuration().has("prevResult")).isFalse();
        });
  }

  /** Of the pod; of pods that were deleted before there may be some as well. */
  private static List<Call> dels(Recorder recorder) {
    String containerId = of(recorder, "ADD").getFirst().containerId();
    return of(recorder, "DEL").stream()
        .filter(del -> del.containerId().equals(containerId))
        .toList();
  }

  private static List<Call> of(Recorder recorder, String verb) {
    return recorder.calls().stream().filter(call -> call.verb().equals(verb)).toList();
  }
}
