package io.kindnet.cni.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.store.ExecutionMode;
import io.kindnet.netlink.testing.Daemon;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Machine;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real containers. ctr gives a namespace as {@code /proc/PID/ns/net} on ADD and none on DEL, when
 * the container is gone.
 */
@NetworkNamespaces
@ParameterizedClass
@EnumSource(ExecutionMode.class)
@Tag("cgroups")
class ContainerdIT {
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final int SIGKILL = 128 + 9;
  private static final Pattern IPV4 = Pattern.compile("inet (10\\.244\\.1\\.\\d+)/32 ");
  private static final Pattern IPV6 = Pattern.compile("inet6 (fd00:10:244:1:[0-9a-f:]+)/128 ");

  /** Says which addresses it has, reaches each of its arguments, and stays. */
  private static final String POD =
      """
      ip -o address show dev eth0
      for address in "$@"; do ping -n -q -c 1 -W 5 "$address" || exit; done
      echo reached all
      exec sleep infinity
      """;

  @Parameter ExecutionMode way = ExecutionMode.COLD;
  private WarmAgent agent;

  @BeforeEach
  void start(Machine node) {
    agent = WarmAgent.on(node, way);
  }

  @AfterEach
  void stop() {
    agent.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"kindnet.conflist", "kindnet-bridge.conflist"})
  void connectsContainers(String conflist, Machine node, Namespace router) throws IOException {
    KindnetNode.prepare(node, router, conflist);
    Containerd containerd = Containerd.on(node);

    Daemon first = pod(containerd, "first", KindnetNode.ADDRESS, KindnetNode.ADDRESS_V6);
    String address = find(IPV4, first);
    String addressV6 = find(IPV6, first);
    Daemon second = pod(containerd, "second", address, addressV6);

    node.run("ping", "-n", "-c", "1", "-W", "5", address);
    node.run("ping", "-n", "-c", "1", "-W", "5", addressV6);
    assertThat(find(IPV4, second)).isNotEqualTo(address);

    containerd.kill("first");
    containerd.kill("second");
    assertThat(first.awaitExit()).isEqualTo(SIGKILL);
    assertThat(second.awaitExit()).isEqualTo(SIGKILL);
    assertThat(containerd.containers()).isEmpty();
    KindnetNode.assertNoPodIsLeft(node);
  }

  @Test
  void letsTheUserSeeWhyAContainerGetsNoNetwork(Machine node, Namespace router) throws IOException {
    KindnetNode.prepare(node, router, "kindnet-without-ranges.conflist");
    Containerd containerd = Containerd.on(node);

    Daemon pod = containerd.run("pod", "sleep", "infinity");

    assertThat(pod.awaitExit()).isEqualTo(1);
    assertThat(pod.output()).contains("cni-kindnet").contains("ranges");
    KindnetNode.assertNoPodIsLeft(node);
  }

  /** A container that has reached {@code addresses}. */
  private static Daemon pod(Containerd containerd, String name, String... addresses) {
    String[] command = new String[4 + addresses.length];
    command[0] = "sh";
    command[1] = "-c";
    command[2] = POD;
    command[3] = name;
    System.arraycopy(addresses, 0, command, 4, addresses.length);
    Daemon pod = containerd.run(name, command);
    Eventually.within(
        DEADLINE,
        () -> assertThat(!pod.isAlive() || pod.output().contains("reached all")).isTrue());
    assertThat(pod.output()).contains("reached all");
    return pod;
  }

  private static String find(Pattern address, Daemon pod) {
    Matcher matcher = address.matcher(pod.output());
    assertThat(matcher.find()).as("%s in %s", address, pod.output()).isTrue();
    return matcher.group(1);
  }
}
