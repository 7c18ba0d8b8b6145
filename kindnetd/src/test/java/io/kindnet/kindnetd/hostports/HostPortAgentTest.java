package io.kindnet.kindnetd.hostports;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.Kernel;
import io.kindnet.cni.MonitoredDatabase;
import io.kindnet.cni.Reply;
import io.kindnet.cni.store.BusyTimeout;
import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.kindnetd.PluginOnNode;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.ipam.StatusPages;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an agent makes of a table of host ports that the plugin cannot use. */
@NetworkNamespaces
class HostPortAgentTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);

  private static final String OLDER =
      """
      table inet cni-kindnet {
        map hostport-map-v4 {
          type ipv4_addr . inet_service : ipv4_addr . inet_service
          elements = { 192.0.2.1 . 80 : 10.244.1.200 . 8080 }
        }
        chain prerouting {
          type nat hook prerouting priority dstnat
          fib daddr type local dnat ip to ip daddr . tcp dport map @hostport-map-v4
        }
      }
      """;

  private static final String FOREIGN =
      """
      table inet cni-kindnet {
        map hostport-map-v4 { type mark : mark; }
      }
      """;

  private final Namespace host;
  private final PluginOnNode plugin;
  private final Path directory;
  private final Status status = new Status("of a test");
  private final MonitoredDatabase database;
  private final KernelWatch<NftablesEvents.Events> events;
  private final RouteSocket socket;
  private final KernelWatch<RouteEvents.Batch> routeEvents;
  private final HostPortAgent agent;
  private final StatusPages pages;

  HostPortAgentTest(Namespace host, @TempDir Path directory) throws IOException {
    this.host = host;
    plugin = new PluginOnNode(host);
    this.directory = directory;
    database =
        new MonitoredDatabase(directory.resolve("cni.db"), new BusyTimeout(10_000), Kernel::open);
    events = KernelWatch.ofNftables(NftablesEvents::open);
    try (NetworkNamespace handle = NetworkNamespace.open(host.path().toString())) {
      socket = RouteSocket.open(handle);
    }
    routeEvents = KernelWatch.ofRoutes(socket);
    agent = new HostPortAgent(database, events, socket, routeEvents, Duration.ofMillis(20), status);
    pages = new StatusPages(status);
  }

  @AfterEach
  void stop() {
    agent.close();
    events.close();
    routeEvents.close();
    socket.close();
    pages.close();
  }

  @Test
  void theHostPortsOfAllPodsAreRestoredAfterAnotherVersion(Namespace one, Namespace other) {
    add("one", one, 80);
    add("other", other, 81);
    String wanted = Nft.ruleset(host);
    assertThat(wanted).contains("tcp . 80 :", "tcp . 81 :");
    host.run("nft", "delete", "table", "inet", "cni-kindnet");
    Nft.apply(host, OLDER);
    try (CapturedLog log = CapturedLog.start()) {
      start();

      Eventually.within(
          DEADLINE, () -> assertThat(lines(Nft.ruleset(host))).isEqualTo(lines(wanted)));
      Eventually.within(
          DEADLINE,
          () ->
              assertThat(log.linesWith("table inet cni-kindnet is not as this plugin makes it"))
                  .singleElement()
                  .asString()
                  .contains(
                      "map inet cni-kindnet hostport-map-v4 is a map of",
                      "another version of kindnet made it, it has been replaced"));
    }
    call("DEL", "one", one, 80);
    assertThat(Nft.ruleset(host)).doesNotContain("tcp . 80 :").contains("tcp . 81 :");
  }

  /** By notification: there is no regular check in the time of this test. */
  @ParameterizedTest
  @ValueSource(strings = {"flush ruleset", "delete table inet cni-kindnet"})
  void whatOthersRemoveIsPutBack(String damage, Namespace one, Namespace other) throws Exception {
    add("one", one, 80);
    add("other", other, 81);
    String wanted = Nft.ruleset(host);
    Status ofWatcher = new Status("of a watcher");
    try (CapturedLog log = CapturedLog.start();
        HostPortAgent watcher =
            new HostPortAgent(
                database, events, socket, routeEvents, Duration.ofDays(1), ofWatcher)) {
      plugin.run(watcher::start);
      Eventually.within(DEADLINE, () -> assertThat(ofWatcher.problems()).isEmpty());

      host.run("nft", damage);

      Eventually.within(DEADLINE, () -> assertThat(Nft.ruleset(host)).isEqualTo(wanted));
      Eventually.within(
          DEADLINE, () -> assertThat(log.linesWith("removed by others, put right")).hasSize(1));
    }
  }

  /** By notification, as above. */
  @Test
  void servicesAreKeptFromHostPortsAsSoonAsTheirAddressesAreThere(Namespace pod) throws Exception {
    add("pod", pod, 443);
    Status ofWatcher = new Status("of a watcher");
    try (HostPortAgent watcher =
        new HostPortAgent(database, events, socket, routeEvents, Duration.ofDays(1), ofWatcher)) {
      plugin.run(watcher::start);
      Eventually.within(DEADLINE, () -> assertThat(ofWatcher.problems()).isEmpty());
      Ip.batch(
          host,
          """
          link add kube-ipvs0 type bridge
          addr add 10.96.0.1/32 dev kube-ipvs0
          addr add fd00:96::1/128 dev kube-ipvs0 nodad
          """);

      awaitServices("10.96.0.1", "fd00:96::1");
      Ip.run(host, "addr", "add", "10.96.0.7/32", "dev", "kube-ipvs0");
      awaitServices("10.96.0.1, 10.96.0.7", "fd00:96::1");
      Ip.run(host, "addr", "del", "10.96.0.1/32", "dev", "kube-ipvs0");
      awaitServices("10.96.0.7", "fd00:96::1");
      host.run("ip", "link", "del", "kube-ipvs0");
      Eventually.within(
          DEADLINE, () -> assertThat(Nft.ruleset(host)).doesNotContain("10.96.0.", "fd00:96::"));
    }
  }

  private void awaitServices(String... elements) {
    Eventually.within(
        DEADLINE,
        () -> {
          String ruleset = Nft.ruleset(host).replaceAll("\\s+", " ");
          for (String element : elements) {
            assertThat(ruleset).contains("elements = { " + element + " }");
          }
        });
  }

  @Test
  void aFlushedMapIsFilledByTheRegularCheck(Namespace pod) {
    add("pod", pod, 80);
    String wanted = Nft.ruleset(host);
    start();
    host.run("nft", "flush map inet cni-kindnet hostport-any-v4");

    Eventually.within(DEADLINE, () -> assertThat(Nft.ruleset(host)).isEqualTo(wanted));
  }

  @Test
  void aTableOfSomebodyElseIsNamedAndStays() {
    Nft.apply(host, FOREIGN);
    String before = Nft.ruleset(host);
    try (CapturedLog log = CapturedLog.start()) {
      start();

      String text =
          "table inet cni-kindnet is not as this plugin makes it: map inet cni-kindnet"
              + " hostport-map-v4 is a map of mark : mark and should be a map of ipv4_addr"
              + " . inet_proto . inet_service : ipv4_addr . inet_service";
      Eventually.within(
          DEADLINE, () -> assertThat(line()).isEqualTo("[+]host-ports ok, but " + text));
      assertThat(log.linesWith(text)).as("said once").hasSize(1);
    }
    assertThat(Nft.ruleset(host)).isEqualTo(before);

    host.run("nft", "delete", "table", "inet", "cni-kindnet");
    Eventually.within(DEADLINE, () -> assertThat(line()).isEqualTo("[+]host-ports ok"));
  }

  /** The first call makes the database, from what the kernel shows. */
  @Test
  void withoutADatabaseNothingIsReplaced(Namespace plain, Namespace withHostPort) {
    Nft.apply(host, OLDER);
    String before = Nft.ruleset(host);
    start();

    Eventually.within(DEADLINE, () -> assertThat(line()).contains("ok, but table inet"));
    assertThat(Nft.ruleset(host)).isEqualTo(before);

    add("plain", plain, 0);
    Eventually.within(DEADLINE, () -> assertThat(Nft.ruleset(host)).isEmpty());
    add("other", withHostPort, 80);
    assertThat(Nft.ruleset(host)).contains("tcp . 80 :");
  }

  /** Sorted, since what is made again is listed last. */
  private static List<String> lines(String ruleset) {
    return ruleset.lines().map(line -> line.replaceAll("[,}]$", "").strip()).sorted().toList();
  }

  private void add(String container, Namespace pod, int hostPort) {
    call("ADD", container, pod, hostPort);
  }

  /**
   * A call of the plugin by itself.
   *
   * @param hostPort leads to port 8080 of the pod; 0 for none
   */
  private void call(String verb, String container, Namespace pod, int hostPort) {
    String mapping =
        "{\"hostPort\": %d, \"containerPort\": 8080, \"protocol\": \"tcp\"}".formatted(hostPort);
    String config =
        """
        {"cniVersion": "1.1.0", "name": "kindnet", "type": "cni-kindnet", "dataDir": "%s",
         "ranges": ["10.244.1.0/24", "fd00:1::/64"], "runtimeConfig": {"portMappings": [%s]}}
        """
            .formatted(directory, hostPort == 0 ? "" : mapping);
    Reply reply = plugin.call(verb, container, pod, config);
    assertThat(reply.exitCode()).as(reply.document()).isZero();
  }

  /** Its thread is where the one is that starts it. */
  private void start() {
    plugin.run(agent::start);
  }

  private String line() throws IOException, InterruptedException {
    return pages
        .get("/readyz")
        .lines()
        .filter(line -> line.contains("host-ports"))
        .collect(Collectors.joining());
  }
}
