package io.kindnet.cni;

import static io.kindnet.cni.CniNode.error;
import static io.kindnet.cni.CniNode.ip;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.steps.Step;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DEL always releases, whatever is gone already. */
@NetworkNamespaces
class DelVerbTest {
  private final Namespace host;
  private final Namespace pod;

  @TempDir private Path dataDir;
  private CniNode node;

  DelVerbTest(Namespace host, Namespace pod) {
    this.host = host;
    this.pod = pod;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() {
    node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64");
  }

  @Test
  void takesEverythingAway() throws CniException {
    node.withHostPort(80, 8080, "tcp").add("abc", pod);
    assertThat(node.hostPorts().installed()).hasSize(2);

    node.del("abc", pod);

    assertNothingLeft();
    assertThat(ip(pod, "link", "show", "type", "veth")).isEmpty();
  }

  @Test
  void doesNotMindBeingAskedTwice() throws CniException {
    node.add("abc", pod);

    node.del("abc", pod);
    node.del("abc", pod);

    assertNothingLeft();
  }

  /** A rule of udev does it, or a person; that of another pod with the same owner stays. */
  @ParameterizedTest
  @ValueSource(strings = {"", "cni0"})
  void takesARenamedInterfaceAway(String bridge) throws CniException {
    node.config().put("bridge", bridge);
    ConnectedPod renamed = new ConnectedPod(node.add("abc", pod));
    host.run("ip", "link", "add", "other1", "type", "veth", "peer", "name", "other2");
    host.run("ip", "link", "set", "other1", "alias", "link-pod default/abc");
    host.run("ip", "link", "set", renamed.knet, "down");
    host.run("ip", "link", "set", renamed.knet, "name", "other0");
    host.run("ip", "link", "set", "other0", "up");

    node.del("abc", pod);

    assertThat(ip(pod, "link", "show", "type", "veth")).isEmpty();
    assertThat(host.run("ip", "link", "show", "type", "veth"))
        .contains("other1")
        .doesNotContain("other0");
    host.run("ip", "link", "del", "other1");
  }

  @Test
  void releasesWithoutNamespace() throws CniException {
    node.withHostPort(80, 8080, "udp").add("abc", pod);

    node.del("abc", null);

    assertNothingLeft();
    assertThat(ip(pod, "link", "show", "type", "veth")).isEmpty();
  }

  @Test
  void releasesWhenTheNamespaceIsGone() throws CniException {
    node.withHostPort(80, 8080, "tcp").add("abc", pod);
    pod.close();

    node.del("abc", pod);

    assertNothingLeft();
  }

  @Test
  void releasesWhenTheNamespaceWasReplacedByAFile() throws CniException, IOException {
    node.add("abc", pod);
    Path file = Files.createFile(dataDir.resolve("file"));

    Reply reply = node.call("DEL", "abc", file.toString(), "eth0", node.config());

    assertThat(reply).isEqualTo(new Reply(0, ""));
    assertNothingLeft();
  }

  @Test
  void takesTheHostsOwnNamespaceForOneThatIsGone() {
    // as where the process that /proc/PID/ns/net was about has ended and its number is another's
    Reply reply =
        node.call("DEL", "abc", node.namespace().path().toString(), "eth0", node.config());

    assertThat(reply).isEqualTo(new Reply(0, ""));
  }

  @Test
  void releasesWhenThePathOfTheNamespaceCannotBeAPath() throws CniException {
    node.add("abc", pod);

    for (String container : List.of("unknown", "abc")) {
      Reply reply = node.call("DEL", container, "/run/netns/\ud800", "eth0", node.config());
      assertThat(reply).isEqualTo(new Reply(0, ""));
    }

    assertNothingLeft();
  }

  @Test
  void knowsNothingOfOthers() throws CniException {
    node.add("abc", pod);

    node.del("unknown", null);
    assertThat(node.call("DEL", "abc", "", "net1", node.config())).isEqualTo(new Reply(0, ""));
    assertThat(node.call("DEL", "unknown", host.path().toString(), "eth0", node.config()))
        .isEqualTo(new Reply(0, ""));

    assertThat(ip(pod, "link", "show", "eth0")).hasSize(1);
    try (Store store = node.store()) {
      assertThat(store.pods().all()).extracting(PodRow::key).containsExactly("abc");
    }
  }

  @Test
  void removesAnInterfaceThatTheDatabaseHasForgotten() throws CniException {
    node.add("abc", pod);
    try (Store store = node.store()) {
      store.pods().delete(store.pods().all().getFirst());
    }

    node.del("abc", pod);

    assertNothingLeft();
  }

  @Test
  void leavesTheInterfacesOfOtherPluginsAlone() {
    pod.connect("eth0", host, "knet00000000");

    node.del("abc", pod);

    assertThat(ip(pod, "link", "show", "eth0")).hasSize(1);
  }

  @Test
  void doesNotNeedWhatOnlyAddNeeds() throws CniException {
    node.add("abc", pod);
    node.config().putArray("ranges").add("nonsense");
    node.config().put("mtu", -1);

    node.del("abc", pod);

    assertNothingLeft();
  }

  @Test
  void keepsTheAddressWhileAHostPortLeadsToIt() throws CniException {
    node.withHostPort(80, 8080, "tcp").add("abc", pod);
    node.hostPorts().failing(true);

    Reply reply = node.call("DEL", "abc", pod.path().toString(), "eth0", node.config());

    assertThat(error(reply).path("code").asInt()).isEqualTo(102);
    assertThat(error(reply).path("msg").asText()).contains("EPERM");
    try (Store store = node.store()) {
      assertThat(store.pods().all()).hasSize(1);
      assertThat(store.ports().all()).hasSize(2);
    }
    node.hostPorts().failing(false);
    node.del("abc", pod);
    assertNothingLeft();
  }

  @Test
  void releasesWhereConnectionTrackingCannotBeAsked() throws CniException {
    node.hostPorts().unforgetting(true);

    node.withHostPort(53, 53, "udp").add("abc", pod);
    assertThat(node.hostPorts().installed()).hasSize(2);
    node.del("abc", pod);

    assertNothingLeft();
  }

  private void assertNothingLeft() throws CniException {
    try (Store store = node.store()) {
      assertThat(store.pods().all()).isEmpty();
      assertThat(store.ports().all()).isEmpty();
    }
    assertThat(node.hostPorts().installed()).isEmpty();
    // a namespace that was closed takes its links with it a little later
    Eventually.within(
        Duration.ofSeconds(60),
        () -> {
          assertThat(host.run("ip", "link")).doesNotContain("knet");
          assertThat(host.run("ip", "route")).isEmpty();
        });
  }

  /** containerd takes such a DEL for done. */
  @ParameterizedTest
  @ValueSource(strings = {"table not found", "open x: no such file or directory"})
  void neverFailsInTheWordsOfSuccess(String reason, Namespace pod) {
    node.add("abc", pod);
    node.listener(step -> {
      if (step == Step.LINK_DELETED) {
        throw new IllegalStateException(reason);
      }
    });

    Reply del = node.call("DEL", "abc", "", "eth0", node.config());

    assertThat(error(del).path("msg").asText())
        .doesNotContain("not found", "no such file or directory")
        .containsAnyOf("table not there", "open x: No such file or directory");
    node.listener(null);
    node.del("abc", null);
  }
}
