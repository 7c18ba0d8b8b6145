package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.e2e.cluster.Machine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * udev, as it runs on most hosts, replaces the MAC addresses of links that do not say that theirs
 * was given to them: also while a pod is made, and after.
 */
@RealCluster
class UdevE2E {
  private static final int PODS = 24;

  @Test
  void podsHaveTheirNetworkAtOnce(TestCluster cluster) {
    List<Udev> running = new ArrayList<>();
    try {
      cluster.nodes().forEach(node -> running.add(Udev.start(node.machine())));
      running.forEach(Udev::requireReplacesAddresses);

      cluster.apply(Manifests.deployment("web", PODS));
      cluster.awaitRollout("deployment/web");

      List<Pod> pods = cluster.pods("app=web");
      assertThat(pods).hasSize(PODS);
      for (Pod pod : pods) {
        Machine node = cluster.nodeOf(pod).machine();
        node.run("ping", "-c", "1", "-W", "5", pod.ipv4());
        node.run("ping", "-c", "1", "-W", "5", pod.ipv6());
      }
      running.forEach(Udev::settle);
      int compared = 0;
      for (Udev udev : running) {
        compared += assertResultsAreTrue(udev.machine());
      }
      assertThat(compared).isGreaterThanOrEqualTo(2 * PODS);
    } finally {
      running.forEach(Udev::close);
    }
  }

  /** The results of ADD, which the runtime keeps, name the addresses that the links have. */
  private static int assertResultsAreTrue(Machine node) {
    int compared = 0;
    for (String name : node.run("ls", "/var/lib/cni/results").lines().toList()) {
      JsonNode result = Json.read(node.run("cat", "/var/lib/cni/results/" + name)).path("result");
      for (JsonNode link : result.path("interfaces")) {
        String sandbox = link.path("sandbox").asText();
        List<String> command = new ArrayList<>();
        if (!sandbox.isEmpty()) {
          command.addAll(List.of("nsenter", "--net=" + sandbox));
        }
        command.addAll(List.of("ip", "-j", "link", "show", link.path("name").asText()));
        String shown = node.run(command.toArray(String[]::new));
        assertThat(Json.read(shown).at("/0/address").asText())
            .as("%s of %s", link.path("name").asText(), name)
            .isEqualTo(link.path("mac").asText());
        compared++;
      }
    }
    return compared;
  }
}
