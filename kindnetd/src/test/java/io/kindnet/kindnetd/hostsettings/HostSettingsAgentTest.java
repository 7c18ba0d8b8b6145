package io.kindnet.kindnetd.hostsettings;

import static io.kindnet.kindnetd.cluster.nodes.ClusterNodeSamples.clusterNode;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.Reply;
import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.kindnetd.PluginOnNode;
import io.kindnet.kindnetd.ReadinessPage;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.route.NetconfEvents;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody changes the settings of a node that has pods. There is no regular check meanwhile. */
@NetworkNamespaces
class HostSettingsAgentTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);

  private static final int PEER_PROTOCOL = 75;

  private final Namespace host;
  private final PluginOnNode plugin;
  private final Path directory;
  private final NetworkNamespace namespace;
  private final RouteSocket socket;
  private final ClusterNodes nodes = new ClusterNodes("self");
  private final Status status = new Status("of a test");
  private final KernelWatch<NetconfEvents.Batch> events;
  private final HostSettingsAgent agent;

  HostSettingsAgentTest(Namespace host, @TempDir Path directory) {
    this.host = host;
    plugin = new PluginOnNode(host);
    this.directory = directory;
    namespace = NetworkNamespace.open(host.path().toString());
    socket = RouteSocket.open(namespace);
    events = KernelWatch.ofNetconf(socket);
    agent = agent(Duration.ofDays(1), status);
  }

  private HostSettingsAgent agent(Duration checkInterval, Status of) {
    return new HostSettingsAgent(nodes, events, PEER_PROTOCOL, checkInterval, of);
  }

  @BeforeEach
  void makeUplink() {
    Ip.batch(
        host,
        """
        link add eth0 type veth peer name peer
        link set eth0 up
        link set peer up
        address add 192.0.2.1/24 dev eth0
        route add default via 192.0.2.254
        """);
  }

  @AfterEach
  void stop() {
    agent.close();
    events.close();
    socket.close();
    namespace.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "net.ipv4.ip_forward",
        "net.ipv6.conf.all.forwarding",
        "net.ipv4.conf.KNET.forwarding",
        "net.ipv6.conf.KNET.forwarding",
        "net.ipv4.conf.eth0.forwarding"
      })
  void whatSomebodySwitchesOffIsOnAgainAndTold(String setting, Namespace pod) throws IOException {
    String name = setting.replace("KNET", add(pod));
    startAndAwait();
    try (CapturedLog log = CapturedLog.start()) {
      for (int time = 0; time < 3; time++) {
        set(name, "0");
        Eventually.within(DEADLINE, () -> assertThat(get(name)).isEqualTo("1"));
      }

      Eventually.within(
          DEADLINE,
          () ->
              assertThat(line()).startsWith("[+]host-settings ok, but ").contains(name + " was 0"));
      assertThat(log.linesWith(name + " was 0")).as("said once").hasSize(1);
      assertThat(repairs()).isPositive();
    }
  }

  @Test
  void whatIsOffBeforeTheStartIsOnAfterIt(Namespace pod) {
    add(pod);
    set("net.ipv4.ip_forward", "0");
    set("net.ipv6.conf.all.forwarding", "0");

    startAndAwait();

    assertThat(get("net.ipv4.ip_forward")).isEqualTo("1");
    assertThat(get("net.ipv6.conf.all.forwarding")).isEqualTo("1");
  }

  /** Others may have it off on purpose. */
  @Test
  void theWaysToOtherNodesForwardAndNoOtherLink(Namespace pod) {
    add(pod);
    Ip.batch(
        host,
        """
        link add eth1 type veth peer name peer1
        link add eth2 type veth peer name peer2
        link set eth1 up
        link set eth2 up
        link set peer1 up
        link set peer2 up
        address add 198.51.100.1/25 dev eth1
        address add 198.51.100.129/25 dev eth2
        route add 10.244.9.0/24 via 198.51.100.2 proto 75
        """);
    set("net.ipv4.conf.eth1.forwarding", "0");
    set("net.ipv4.conf.eth2.forwarding", "0");

    startAndAwait();

    assertThat(get("net.ipv4.conf.eth1.forwarding")).isEqualTo("1");
    assertThat(get("net.ipv4.conf.eth2.forwarding")).isEqualTo("0");
    set("net.ipv4.conf.eth1.forwarding", "0");
    Eventually.within(
        DEADLINE, () -> assertThat(get("net.ipv4.conf.eth1.forwarding")).isEqualTo("1"));
  }

  /** The kernel does not tell of it. */
  @Test
  void linksThatListenToRoutersGoOnWithIt(Namespace pod) {
    add(pod);
    assertThat(get("net.ipv6.conf.eth0.accept_ra")).isEqualTo("2");
    Status often = new Status("of another agent");
    try (HostSettingsAgent checking = agent(Duration.ofMillis(20), often)) {
      namespace.call(() -> {
        checking.start();
        return checking;
      });
      Eventually.within(DEADLINE, () -> assertThat(often.problems()).isEmpty());

      set("net.ipv6.conf.eth0.accept_ra", "1");
      Eventually.within(
          DEADLINE, () -> assertThat(get("net.ipv6.conf.eth0.accept_ra")).isEqualTo("2"));
    }
  }

  /** Pods of the standard plugins, which the addresses of their gateways tell. */
  @Test
  void podsOfOtherPluginsCount() {
    nodes.put(clusterNode("self", List.of("10.244.0.0/24", "fd00::/64"), "192.0.2.1"));
    nodes.markComplete();
    Ip.batch(
        host,
        """
        link add kind-br type bridge
        link set kind-br up
        address add 10.244.0.1/24 dev kind-br
        """);
    set("net.ipv4.ip_forward", "0");

    startAndAwait();

    assertThat(get("net.ipv4.ip_forward")).isEqualTo("1");
    assertThat(get("net.ipv6.conf.all.forwarding")).isEqualTo("0");
    set("net.ipv4.conf.kind-br.forwarding", "0");
    Eventually.within(
        DEADLINE, () -> assertThat(get("net.ipv4.conf.kind-br.forwarding")).isEqualTo("1"));
  }

  @Test
  void aNodeWithoutPodsIsLeftAlone() throws IOException {
    set("net.ipv4.ip_forward", "1");
    startAndAwait();

    set("net.ipv4.ip_forward", "0");
    agent.close();

    assertThat(get("net.ipv4.ip_forward")).isEqualTo("0");
    assertThat(line()).isEqualTo("[+]host-settings ok");
  }

  /** A pass costs what all pods of the node have. */
  @Test
  void linksOfAFamilyThatIsNotForwardedCauseNoPasses() throws IOException {
    Ip.batch(host, "link add kind-br type bridge\naddress add 10.244.0.1/24 dev kind-br\n");
    nodes.put(clusterNode("self", List.of("10.244.0.0/24"), "192.0.2.1"));
    nodes.markComplete();
    startAndAwait();
    assertThat(get("net.ipv6.conf.all.forwarding")).isEqualTo("0");
    double before = number("kindnet_pass_duration_seconds_count");

    for (int link = 1; link <= 40; link++) {
      Ip.batch(host, "link add pod" + link + " type veth peer name knet" + link);
    }
    set("net.ipv4.ip_forward", "0");
    Eventually.within(DEADLINE, () -> assertThat(get("net.ipv4.ip_forward")).isEqualTo("1"));

    assertThat(number("kindnet_pass_duration_seconds_count") - before).isLessThan(8);
  }

  @Test
  void aWayOutThatIsTooSmallForIpv6IsTold(Namespace pod) throws IOException {
    Ip.batch(host, "link set eth0 mtu 1279");
    add(pod);
    try (CapturedLog log = CapturedLog.start()) {
      startAndAwait();

      assertThat(line())
          .startsWith(
              "[+]host-settings ok, but packets to the outside may have 1279 bytes only, which is"
                  + " too small for IPv6: pods have an MTU of 1280");
      assertThat(log.linesWith("1279 bytes only")).hasSize(1);
    }
  }

  @Test
  void aSettingOfAllLinksThatNoneCanMakeUpForIsTold(Namespace pod) throws IOException {
    add(pod);
    set("net.ipv4.conf.all.arp_ignore", "8");

    startAndAwait();

    assertThat(line())
        .isEqualTo(
            "[+]host-settings ok, but net.ipv4.conf.all.arp_ignore is 8, so that this node answers"
                + " no ARP of pods");
    assertThat(get("net.ipv4.conf.all.arp_ignore")).isEqualTo("8");
  }

  /** Returns the name of the host's end. */
  private String add(Namespace pod) {
    String config =
        """
        {"cniVersion": "1.1.0", "name": "kindnet", "type": "cni-kindnet", "dataDir": "%s",
         "ranges": ["10.244.1.0/24", "fd00:1::/64"]}
        """
            .formatted(directory);
    Reply reply = plugin.call("ADD", "abc", pod, config);
    assertThat(reply.exitCode()).as(reply.document()).isZero();
    Matcher name = Pattern.compile("knet[0-9a-f]{8}").matcher(reply.document());
    assertThat(name.find()).isTrue();
    return name.group();
  }

  /** Its threads are where the one is that starts it. */
  private void startAndAwait() {
    namespace.call(() -> {
      agent.start();
      return agent;
    });
    Eventually.within(DEADLINE, () -> assertThat(status.problems()).isEmpty());
  }

  private void set(String name, String value) {
    host.run("sysctl", "-q", "-w", name + "=" + value);
  }

  private String get(String name) {
    return host.run("sysctl", "-n", name).strip();
  }

  private String line() throws IOException {
    return ReadinessPage.of(status)
        .lines()
        .filter(line -> line.contains("host-settings"))
        .collect(Collectors.joining());
  }

  private double repairs() throws IOException {
    return number("kindnet_repairs_total");
  }

  private double number(String metric) throws IOException {
    Matcher line =
        Pattern.compile(metric + "\\{agent=\"host-settings\"} (\\S+)")
            .matcher(MetricsPage.of(status));
    assertThat(line.find()).isTrue();
    return Double.parseDouble(line.group(1));
  }
}
