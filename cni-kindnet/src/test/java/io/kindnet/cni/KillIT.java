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

/**
 * {@code kill -9} at every step of a call, on a node with another pod: whatever comes next cleans
 * up, and the other pod keeps what it has.
 */
@NetworkNamespaces
class KillIT {
  private final Namespace host;
  private final Namespace neighbour;
  private final Namespace pod;
  private final Namespace other;

  @TempDir private Path dataDir;
  private CniNode node;

  KillIT(Namespace host, Namespace neighbour, Namespace pod, Namespace other) {
    this.host = host;
    this.neighbour = neighbour;
    this.pod = pod;
    this.other = other;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() {
    newNode().withHostPort(81, 8080, "tcp").add("neighbour", neighbour);
    node = newNode().withHostPort(80, 8080, "tcp").withHostPort(53, 53, "udp");
  }

  @Test
  void isTriedAtEveryStepThereIs() {
    Set<Step> steps = EnumSet.noneOf(Step.class);
    steps.addAll(stepsOf("ADD"));
    steps.addAll(stepsOf("DEL"));
    deleteTable();
    steps.addAll(stepsOf("ADD"));
    node.del("pod", pod);
    node.config().put("bridge", "cni0");
    steps.addAll(stepsOf("ADD"));

    assertThat(steps).isEqualTo(EnumSet.allOf(Step.class));
  }

  @Test
  void ofAnAddIsFollowedByDel() {
    List<Step> steps = stepsOf("ADD");
    node.del("pod", pod);
    NodeState before = NodeState.of(node.namespace(), node.database());
    boolean committed = false;
    for (KillPoint point : KillPoint.allOf(steps)) {
      kill(point, "ADD", node.config());
      committed |= point.isAt(Step.ROWS_COMMITTED);
      assertAddsOthers();
      assertAddsAgainUnless(committed, point);

      node.del("pod", pod);

      assertSame(point, before);
    }
  }

  @Test
  void ofAnAddIsFollowedByGc() {
    List<Step> steps = stepsOf("ADD");
    node.del("pod", pod);
    NodeState before = NodeState.of(node.namespace(), node.database());
    for (KillPoint point : KillPoint.allOf(steps)) {
      kill(point, "ADD", node.config());

      collectGarbage();

      assertSame(point, before);
    }
  }

  /** The first pod with host ports, or the first one after somebody flushed the rules. */
  @Test
  void ofAnAddThatMakesTheRules() {
    deleteTable();
    List<Step> steps = stepsOf("ADD");
    node.del("pod", pod);
    NodeState before = NodeState.of(node.namespace(), node.database());
    for (KillPoint point : KillPoint.allOf(steps)) {
      deleteTable();
      try (Namespace vanishing = Namespace.create("vanishing")) {
        kill(point, "ADD", vanishing, node.config());
      }

      // the namespace went, perhaps with the runtime
      node.del("pod", null);

      collectGarbage();
      assertSame(point, before);
    }
  }

  @Test
  void ofAnAddOnABridge() {
    node = newNode();
    NodeState before = NodeState.of(node.namespace(), node.database());
    node.config().put("bridge", "cni0");
    List<Step> steps = stepsOf("ADD");
    node.del("pod", pod);
    for (KillPoint point : KillPoint.allOf(steps)) {
      deleteBridge();
      kill(point, "ADD", node.config());
      node.del("pod", pod);

      Reply second = call("ADD", node.config());

      Reply check = node.check("pod", pod, CniNode.parse(second.document()));
      assertThat(check).as("%s", point).isEqualTo(new Reply(0, ""));
      node.del("pod", pod);
      deleteBridge();
      assertSame(point, before);
    }
  }

  @Test
  void ofADelIsFollowedByDel() {
    NodeState before = NodeState.of(node.namespace(), node.database());
    node.add("pod", pod);
    for (KillPoint point : KillPoint.allOf(stepsOf("DEL"))) {
      node.add("pod", pod);
      kill(point, "DEL", node.config());

      node.del("pod", pod);

      assertSame(point, before);
    }
  }

  @Test
  void ofADelOfTheLastPodWithHostPortsIsFollowedByGc() {
    node.del("neighbour", neighbour);
    NodeState before = NodeState.of(node.namespace(), node.database());
    node.add("pod", pod);
    for (KillPoint point : KillPoint.allOf(stepsOf("DEL"))) {
      node.add("pod", pod);
      kill(point, "DEL", node.config());

      collectGarbage();

      assertSame(point, before);
    }
  }

  @Test
  void ofAGc() {
    NodeState before = NodeState.of(node.namespace(), node.database());
    node.add("pod", pod);
    for (KillPoint point : KillPoint.allOf(stepsOf("GC"))) {
      node.add("pod", pod);
      kill(point, "GC", gcConfig());

      collectGarbage();

      assertSame(point, before);
    }
  }

  private CniNode newNode() {
    return new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64").withRealRules();
  }

  /** What a call, which has to succeed, does. */
  private List<Step> stepsOf(String verb) {
    List<Step> steps = new ArrayList<>();
    node.listener(steps::add);
    Reply reply = call(verb, verb.equals("GC") ? gcConfig() : node.config());
    node.listener(null);
    assertThat(reply.exitCode()).as(reply.document()).isZero();
    return steps;
  }

  private Reply call(String verb, ObjectNode config) {
    return node.call(verb, "pod", pod.path().toString(), "eth0", config);
  }

  private void kill(KillPoint point, String verb, ObjectNode config) {
    kill(point, verb, pod, config);
  }

  private void kill(KillPoint point, String verb, Namespace killedPod, ObjectNode config) {
    KilledPlugin.kill(point, node, node.variables(verb, "pod", killedPod), config);
  }

  /** What was killed is in nobody's way. */
  private void assertAddsOthers() {
    CniNode withoutPorts = newNode();
    withoutPorts.add("other", other);
    withoutPorts.del("other", other);
  }

  /** A runtime that skips the DEL is told what is there, or gets what it asked for. */
  private void assertAddsAgainUnless(boolean committed, KillPoint point) {
    Reply second = call("ADD", node.config());
    if (committed) {
      assertThat(error(second).path("msg").asText()).as("%s", point).contains("already");
    } else {
      assertThat(second.exitCode()).as("%s: %s", point, second).isZero();
    }
  }

  private void assertSame(KillPoint point, NodeState before) {
    assertThat(NodeState.of(node.namespace(), node.database()))
        .as("killed after %s", point)
        .isEqualTo(before);
  }

  private void collectGarbage() {
    Reply reply = call("GC", gcConfig());
    assertThat(reply).isEqualTo(new Reply(0, ""));
  }

  private ObjectNode gcConfig() {
    ObjectNode config = node.config().deepCopy();
    config
        .withArray("cni.dev/valid-attachments")
        .addObject()
        .put("containerID", "neighbour")
        .put("ifname", "eth0");
    return config;
  }

  private void deleteTable() {
    host.run("nft", "delete", "table", "inet", "cni-kindnet");
  }

  private void deleteBridge() {
    host.tryRun("ip", "link", "del", "cni0");
  }
}
