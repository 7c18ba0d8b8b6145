package io.kindnet.cni;

import static io.kindnet.cni.CniNode.error;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.cni.kill.KillPoint;
import io.kindnet.cni.model.NodeState;
import io.kindnet.cni.steps.Step;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What others do to the same pod in the middle of an ADD, at each step in turn. */
@NetworkNamespaces
class OutsideChangesTest {
  private static final Set<Step> IN_TRANSACTION =
      EnumSet.of(Step.ROWS_WRITTEN, Step.PORTS_RESTORED);

  private final Namespace host;
  private final Namespace pod;

  @TempDir private Path dataDir;
  private CniNode node;
  private NodeState before = new NodeState("", "", "", "", "");

  OutsideChangesTest(Namespace host, Namespace pod) {
    this.host = host;
    this.pod = pod;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() {
    node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64").withRealRules();
    node.withHostPort(80, 8080, "tcp");
  }

  /** The plugin holds the namespace; with the end of the call it is gone, interface and all. */
  @Test
  void theNamespaceVanishes() {
    for (KillPoint point : stepsOfAdd()) {
      try (Namespace vanishing = Namespace.create("vanishing")) {
        Reply reply = addMeddling(point, vanishing, vanishing::close);

        if (point.isAt(Step.DATABASE_OPENED)) {
          assertThat(message(reply)).contains("is not a network namespace");
        } else {
          assertThat(reply.exitCode()).as("%s: %s", point, reply).isZero();
        }
        node.del("abc", vanishing);
        assertThat(NodeState.of(node.namespace(), node.database()))
            .as("%s", point)
            .isEqualTo(before);
      }
    }
  }

  @Test
  void theInterfaceVanishes() {
    int failures = 0;
    for (KillPoint point : stepsOfAdd()) {
      Reply reply = addMeddling(point, pod, () -> pod.tryRun("ip", "link", "del", "eth0"));

      if (reply.exitCode() != 0) {
        failures++;
        assertThat(NodeState.of(node.namespace(), node.database()))
            .as("%s: %s", point, message(reply))
            .isEqualTo(before);
      }
      node.del("abc", pod);
      assertThat(NodeState.of(node.namespace(), node.database())).as("%s", point).isEqualTo(before);
    }
    assertThat(failures).isGreaterThan(5);
  }

  @Test
  void theNameOfTheInterfaceIsTaken() {
    for (KillPoint point : stepsOfAdd()) {
      Reply reply =
          addMeddling(
              point,
              pod,
              () -> {
                if (pod.run("ip", "link").contains("eth0")) {
                  return;
                }
                pod.run("ip", "link", "add", "eth0", "type", "bridge");
              });

      if (pod.tryRun("ip", "link", "show", "eth0", "type", "bridge").stdout().isEmpty()) {
        assertThat(reply.exitCode()).as("%s: %s", point, reply).isZero();
        node.del("abc", pod);
      } else {
        assertThat(message(reply)).as("%s", point).contains("interface eth0 already exists");
        pod.run("ip", "link", "del", "eth0");
      }
      assertThat(NodeState.of(node.namespace(), node.database())).as("%s", point).isEqualTo(before);
    }
  }

  /** One of both wins, whole, and the other one says why it did not. */
  @ParameterizedTest
  @CsvSource({"abc, has been added already", "def, already exists"})
  void theInterfaceIsAddedAgain(String containerId, String reason) {
    for (KillPoint point : stepsOfAdd()) {
      if (IN_TRANSACTION.stream().anyMatch(point::isAt)) {
        continue; // the other one would wait for the end of this one, and this one for the other
      }
      List<Reply> other = new ArrayList<>();
      Reply reply = addMeddling(point, pod, () -> other.add(withoutPorts(containerId)));

      boolean first = reply.exitCode() == 0;
      Reply winner = first ? reply : other.getFirst();
      Reply loser = first ? other.getFirst() : reply;
      assertThat(winner.exitCode()).as("%s: %s", point, winner).isZero();
      assertThat(message(loser)).as("%s", point).containsAnyOf(reason, "already exists");
      assertThat(node.check(first ? "abc" : containerId, pod, CniNode.parse(winner.document())))
          .as("%s", point)
          .isEqualTo(new Reply(0, ""));
      node.del(first ? "abc" : containerId, pod);
      assertThat(NodeState.of(node.namespace(), node.database())).as("%s", point).isEqualTo(before);
    }
  }

  private Reply withoutPorts(String containerId) {
    node.listener(null);
    ObjectNode config = node.config().deepCopy();
    config.remove("runtimeConfig");
    return node.call("ADD", containerId, pod.path().toString(), "eth0", config);
  }

  private List<KillPoint> stepsOfAdd() {
    List<Step> steps = new ArrayList<>();
    node.listener(steps::add);
    node.add("abc", pod);
    node.listener(null);
    node.del("abc", pod);
    before = NodeState.of(node.namespace(), node.database());
    return KillPoint.allOf(steps);
  }

  /** ADD, and {@code meddling} at the moment of {@code point}. */
  private Reply addMeddling(KillPoint point, Namespace victim, Runnable meddling) {
    List<Step> steps = new ArrayList<>();
    node.listener(step -> {
      steps.add(step);
      if (KillPoint.allOf(steps).getLast().equals(point)) {
        meddling.run();
      }
    });
    Reply reply = node.call("ADD", "abc", victim.path().toString(), "eth0", node.config());
    node.listener(null);
    return reply;
  }

  private static String message(Reply reply) {
    assertThat(error(reply).path("code").asInt()).as(reply.document()).isNotEqualTo(999);
    return error(reply).path("msg").asText();
  }
}
