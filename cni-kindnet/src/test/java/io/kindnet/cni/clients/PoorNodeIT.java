package io.kindnet.cni.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.CommandResult;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Machine;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nodes that lack something. */
@NetworkNamespaces
class PoorNodeIT {
  private static final String PLUGIN = "/opt/cni/bin/cni-kindnet";
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final Machine node;
  private final Namespace pod;

  PoorNodeIT(Machine node, Namespace pod) {
    this.node = node;
    this.pod = pod;
  }

  @BeforeEach
  void install() {
    node.run("mkdir", "-p", "/opt/cni");
    node.run("mount", "--bind", Dist.cni().toString(), "/opt/cni");
  }

  @Test
  void withoutIpv6RefuseRangesOfIt() {
    // what a kernel without IPv6 shows of it: nothing
    node.run("mount", "-t", "tmpfs", "none", "/proc/sys/net/ipv6");

    CommandResult result = call("ADD", "\"10.244.1.0/24\", \"fd00:10:244:1::/64\"");
    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.stdout())
        .contains("\"code\":2,")
        .contains("ranges 'fd00:10:244:1::/64': the kernel of this node has no IPv6");
    KindnetNode.assertNoPodIsLeft(node);
  }

  @Test
  void withoutIpv6ServeIpv4() {
    node.run("mount", "-t", "tmpfs", "none", "/proc/sys/net/ipv6");

    assertThat(call("ADD", "\"10.244.1.0/24\"").exit()).isZero();
    assertThat(pod.run("ip", "-br", "-4", "addr", "show", "eth0")).contains("10.244.1.");
    assertThat(call("DEL", "\"10.244.1.0/24\"").exit()).isZero();
  }

  @Test
  void withAReadOnlyDiskKeepTheirPods() {
    assertThat(call("ADD", "\"10.244.1.0/24\"").exit()).isZero();
    node.run("mount", "--bind", "/var/lib/cni-kindnet", "/var/lib/cni-kindnet");
    node.run("mount", "-o", "remount,bind,ro", "/var/lib/cni-kindnet");

    assertThat(call("STATUS", "\"10.244.1.0/24\"")).isEqualTo(new CommandResult(0, "", ""));
    assertThat(pod.run("ip", "-br", "-4", "addr", "show", "eth0")).contains("10.244.1.");
  }

  @Test
  void withAReadOnlyDiskSayThatTheDatabaseCannotBeWritten() {
    node.run("mkdir", "-p", "/var/lib/cni-kindnet");
    node.run("mount", "--bind", "/var/lib/cni-kindnet", "/var/lib/cni-kindnet");
    node.run("mount", "-o", "remount,bind,ro", "/var/lib/cni-kindnet");

    assertUnavailable("database /var/lib/cni-kindnet/cni.db: ");
    CommandResult add = call("ADD", "\"10.244.1.0/24\"");
    assertThat(add.exit()).isEqualTo(1);
    assertThat(add.stdout()).contains("\"code\":5,", "database /var/lib/cni-kindnet/cni.db: ");
    assertThat(node.run("ip", "-o", "link")).doesNotContain("knet");
  }

  @ParameterizedTest
  @CsvSource({
    "net_admin,set link lo: EPERM",
    "sys_admin,enter network namespace /proc/thread-self/ns/net: EPERM"
  })
  void withoutARightSayWhatTheKernelRefuses(String capability, String reason) {
    String[] without = {"setpriv", "--bounding-set=-" + capability, "--inh-caps=-" + capability};

    assertUnavailable(reason, without);
  }

  /** By STATUS, which says nothing where a busy machine made it late: it is asked again. */
  private void assertUnavailable(String reason, String... wrapper) {
    Eventually.within(
        DEADLINE,
        () -> {
          CommandResult status = call("STATUS", "\"10.244.1.0/24\"", wrapper);
          assertThat(status.exit()).isEqualTo(1);
          assertThat(status.stdout()).contains("\"code\":50,", reason);
        });
  }

  /**
   * Calls the plugin, through a program that executes the rest of its arguments if any is given.
   */
  private CommandResult call(String verb, String ranges, String... wrapper) {
    String configuration =
        """
        {"cniVersion": "1.1.0", "name": "kindnet", "type": "cni-kindnet", "ranges": [%s]}
        """
            .formatted(ranges);
    List<String> command = new ArrayList<>(List.of(wrapper));
    command.addAll(
        List.of(
            "env",
            "--ignore-environment",
            "CNI_COMMAND=" + verb,
            "CNI_CONTAINERID=container-1",
            "CNI_NETNS=" + pod.path(),
            "CNI_IFNAME=eth0",
            PLUGIN));
    return node.tryRunWithInput(configuration, command.toArray(String[]::new));
  }
}
