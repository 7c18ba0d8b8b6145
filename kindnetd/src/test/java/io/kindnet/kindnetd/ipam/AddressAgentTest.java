package io.kindnet.kindnetd.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.cni.Kernel;
import io.kindnet.cni.MonitoredDatabase;
import io.kindnet.cni.Reply;
import io.kindnet.cni.podlink.HostNetwork;
import io.kindnet.cni.podlink.PodNamespaces;
import io.kindnet.cni.policy.PodPolicies;
import io.kindnet.cni.portmap.NftablesHostPorts;
import io.kindnet.cni.store.BusyTimeout;
import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.kindnetd.PluginOnNode;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Sqlite3;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators see of a node's addresses, while the plugin works by itself. */
@NetworkNamespaces
class AddressAgentTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final Duration SOON = Duration.ofMillis(20);
  private static final Duration NEVER = Duration.ofDays(1);
  private static final Duration AGE = Duration.ofMinutes(5);

  private final Namespace host;
  private final PluginOnNode plugin;
  private final List<String> warnings = new CopyOnWriteArrayList<>();
  private final Status status = new Status("of a test");

  @TempDir private Path directory;
  private AddressAgent agent;
  private final StatusPages pages;

  AddressAgentTest(Namespace host) throws IOException {
    this.host = host;
    plugin = new PluginOnNode(host);
    agent = agent(Path.of("none"), new Status(""));
    pages = new StatusPages(status);
  }

  @BeforeEach
  void start() {
    agent = agent(directory.resolve("cni.db"), status);
    // its thread is where this one is
    plugin.run(() -> agent.start());
  }

  @AfterEach
  void stop() {
    agent.close();
    pages.close();
  }

  private AddressAgent agent(Path file, Status of) {
    MonitoredDatabase database =
        new MonitoredDatabase(
            file,
            new BusyTimeout(100),
            () ->
                new Kernel(
                    HostNetwork.open(),
                    NftablesHostPorts.open(),
                    new PodNamespaces.ByPath(),
                    PodPolicies.NONE));
    return new AddressAgent(
        database,
        (reason, message) -> warnings.add(reason + ": " + message),
        new AddressAgent.Timing(SOON, SOON, AGE, NEVER),
        of);
  }

  @Test
  void withoutADatabaseAllIsWell() {
    awaitLine("[+]addresses ok");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void rangesAreCounted(Namespace pod) {
    add("first", pod, "10.244.1.0/29", "fd00:10:244:1::/64");

    awaitMetric("kindnet_ipam_range_addresses{range=\"10.244.1.0/29\"} 4.0");
    awaitMetric("kindnet_ipam_range_used{range=\"10.244.1.0/29\"} 1.0");
    awaitMetric("kindnet_ipam_range_used{range=\"fd00:10:244:1::/64\"} 1.0");
    awaitMetric("kindnet_ipam_shortages_total{family=\"ipv4\"} 0.0");
    awaitLine("[+]addresses ok");
  }

  @Test
  void aShortageIsToldOnceAndThatItIsOver(Namespace first, Namespace second) {
    add("first", first, "10.244.1.0/31", "fd00:10:244:1::/64");
    awaitMetric("kindnet_ipam_range_used{range=\"10.244.1.0/31\"} 1.0");
    assertThat(warnings).isEmpty();

    add("second", second, "10.244.1.0/31", "fd00:10:244:1::/64");

    String text = "no IPv4 address is left in 10.244.1.0/31 (1 for pods)";
    awaitLine("[+]addresses ok, but " + text);
    awaitMetric("kindnet_ipam_shortages_total{family=\"ipv4\"} 1.0");
    assertThat(warnings).containsExactly("NoAddressLeft: " + text);

    call("DEL", "second", second, "10.244.1.0/31", "fd00:10:244:1::/64");
    add("second", second, "10.244.1.0/31", "fd00:10:244:1::/64");
    awaitMetric("kindnet_ipam_shortages_total{family=\"ipv4\"} 2.0");
    assertThat(warnings).as("again, soon after").hasSize(1);

    call("DEL", "first", first, "10.244.1.0/31", "fd00:10:244:1::/64");
    awaitLine("[+]addresses ok");
    call("DEL", "second", second, "10.244.1.0/31", "fd00:10:244:1::/64");
    add("first", first, "10.244.1.0/31", "fd00:10:244:1::/64");
    add("second", second, "10.244.1.0/31", "fd00:10:244:1::/64");
    Eventually.within(DEADLINE, () -> assertThat(warnings).as("another one").hasSize(2));
  }

  @Test
  void theLogNamesThePodThatGotOneFamilyOnly(Namespace first, Namespace second) {
    add("first", first, "10.244.1.0/31", "fd00:10:244:1::/64");
    awaitMetric("kindnet_ipam_range_used{range=\"10.244.1.0/31\"} 1.0");
    try (CapturedLog log = CapturedLog.start()) {
      add("second", second, "10.244.1.0/31", "fd00:10:244:1::/64");

      Eventually.within(
          DEADLINE,
          () ->
              assertThat(log.linesWith("container second got no IPv4 address, none is left"))
                  .hasSize(1));
      assertThat(log.linesWith("container first")).isEmpty();
    }
  }

  @Test
  void podsThatNoDelNamesAreCollected(Namespace pod) {
    add("gone", pod, "10.244.1.0/29");
    awaitMetric("kindnet_ipam_range_used{range=\"10.244.1.0/29\"} 1.0");
    pod.run("ip", "link", "del", "eth0");
    pod.close();
    awaitMetric("kindnet_ipam_collected_pods_total 0.0");

    sql("UPDATE pods SET creation_timestamp = datetime('now', '-6 minutes')");

    awaitMetric("kindnet_ipam_collected_pods_total 1.0");
    awaitMetric("kindnet_ipam_range_used{range=\"10.244.1.0/29\"} 0.0");
    assertThat(sql("SELECT count(*) FROM pods")).isEqualTo("0\n");
  }

  @Test
  void aDatabaseThatCannotBeReadIsNoReasonToBeUnready(Namespace pod) {
    add("first", pod, "10.244.1.0/29");
    awaitMetric("kindnet_ipam_range_used{range=\"10.244.1.0/29\"} 1.0");

    sql("PRAGMA user_version = 99");

    awaitLine(
        "[+]addresses ok, but database "
            + directory.resolve("cni.db")
            + ": its schema has version 99, this program knows 3 at most: a newer cni-kindnet wrote"
            + " it");
    sql("PRAGMA user_version = 3");
    awaitLine("[+]addresses ok");
  }

  private void awaitLine(String line) {
    Eventually.within(
        DEADLINE, () -> assertThat(pages.get("/readyz").lines()).contains(line, "ready"));
  }

  private void awaitMetric(String line) {
    Eventually.within(DEADLINE, () -> assertThat(pages.get("/metrics").lines()).contains(line));
  }

  private void add(String container, Namespace pod, String... ranges) {
    call("ADD", container, pod, ranges);
  }

  private void call(String verb, String container, Namespace pod, String... ranges) {
    ObjectNode config =
        new ObjectMapper()
            .createObjectNode()
            .put("cniVersion", "1.1.0")
            .put("name", "kindnet")
            .put("type", "cni-kindnet")
            .put("dataDir", directory.toString());
    List.of(ranges).forEach(config.putArray("ranges")::add);
    Reply reply = plugin.call(verb, container, pod, config.toString());
    assertThat(reply.exitCode()).as(reply.document()).isZero();
  }

  private String sql(String statement) {
    return host.run(Sqlite3.command(directory.resolve("cni.db"), statement));
  }
}
