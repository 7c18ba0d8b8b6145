package io.kindnet.cni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.cni.podlink.HostNetwork;
import io.kindnet.cni.podlink.PodNamespaces;
import io.kindnet.cni.policy.PodPolicies;
import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.BusyTimeout;
import io.kindnet.cni.store.PodRow;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Sqlite3;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that no DEL will name: they go, and nothing that a pod still has goes with them. */
@NetworkNamespaces
class AbandonedPodsTest {
  private static final Duration AGE = Duration.ofMinutes(5);
  private static final String LONG_AGO = "-6 minutes";

  private final Namespace host;
  private final Namespace pod;

  @TempDir private Path dataDir;
  private CniNode node;

  AbandonedPodsTest(Namespace host, Namespace pod) {
    this.host = host;
    this.pod = pod;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() {
    node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64");
  }

  /** Neither time may be trusted: a node's clock may have been wrong when it started. */
  @ParameterizedTest
  @ValueSource(strings = {LONG_AGO, "-20 years", "+1 year"})
  void goWhereNamespaceAndInterfaceAreGone(String when) throws CniException {
    node.withHostPort(80, 8080, "tcp").add("gone", pod);
    date("gone", when);
    endPod();

    assertThat(collect()).extracting(PodRow::key).containsExactly("gone");

    assertThat(rows()).isEmpty();
    assertThat(node.hostPorts().installed()).isEmpty();
    assertThat(collect()).isEmpty();
  }

  /** An ADD that was killed before it had made the interface, in a namespace that went with it. */
  @Test
  void goWhereTheInterfaceWasNeverMade() throws CniException {
    node.add("first", pod);
    sql(
        "INSERT INTO pods (container_id, name, namespace, netns, interface_name, ip_address_v4,"
            + " ip_gateway_v4) VALUES ('killed', 'web', 'default', '/run/netns/no-such', 'knet0',"
            + " '10.244.1.9', '10.244.1.0')");
    date("killed", LONG_AGO);

    assertThat(collect()).singleElement().hasToString("pod default/web (container killed)");
    assertThat(rows()).isEqualTo("first\n");
  }

  @Test
  void stayWhileTheyAreYoung() throws CniException {
    node.add("young", pod);
    date("young", "-4 minutes");
    endPod();

    assertThat(collect()).isEmpty();
    assertThat(rows()).isEqualTo("young\n");
  }

  @Test
  void stayWhileThePodIsThere() throws CniException {
    node.withHostPort(80, 8080, "tcp").add("alive", pod);
    date("alive", LONG_AGO);

    assertThat(collect()).isEmpty();

    assertThat(rows()).isEqualTo("alive\n");
    assertThat(node.hostPorts().installed()).hasSize(2);
    assertThat(CniNode.ip(pod, "link", "show", "eth0")).hasSize(1);
  }

  /** DEL names it, and may still be under way. */
  @Test
  void stayWhileTheNamespaceIsThere() throws CniException {
    node.add("alive", pod);
    date("alive", LONG_AGO);
    pod.run("ip", "link", "del", "eth0");

    assertThat(collect()).isEmpty();
    assertThat(rows()).isEqualTo("alive\n");
  }

  @Test
  void takeTheirOrphansWithThem() throws CniException {
    node.withHostPort(80, 8080, "tcp").add("gone", pod);
    sql("DELETE FROM pods");

    assertThat(collect()).isEmpty();

    assertThat(sql("SELECT count(*) FROM portmap_entries")).isEqualTo("0\n");
    assertThat(node.hostPorts().installed()).isEmpty();
  }

  /** It would begin without the pods that the kernel shows. */
  @Test
  void areNotLookedForInADatabaseThatIsMadeForIt() {
    MonitoredDatabase database =
        new MonitoredDatabase(node.file(), new BusyTimeout(100), Kernel::open);

    assertThatThrownBy(() -> database.collect(AGE)).isInstanceOf(CniException.class);
    assertThat(node.file()).doesNotExist();
  }

  @Test
  void waitForNobodyForLong() throws Exception {
    node.add("gone", pod);
    date("gone", LONG_AGO);
    endPod();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + node.file());
        Statement statement = connection.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");

      assertThatThrownBy(this::collect)
          .isInstanceOfSatisfying(
              CniException.class,
              error -> assertThat(error.code()).isEqualTo(CniErrorCode.TRY_AGAIN_LATER));
    }
    assertThat(collect()).hasSize(1);
  }

  private List<PodRow> collect() throws CniException {
    MonitoredDatabase database =
        new MonitoredDatabase(
            node.file(),
            new BusyTimeout(100),
            () ->
                new Kernel(
                    HostNetwork.open(),
                    node.hostPorts(),
                    new PodNamespaces.ByPath(),
                    PodPolicies.NONE));
    try (NetworkNamespace handle = NetworkNamespace.open(host.path().toString())) {
      return handle.call(() -> database.exists() ? database.collect(AGE) : List.of());
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof CniException error) {
        throw error;
      }
      throw failed;
    }
  }

  private void endPod() {
    pod.run("ip", "link", "del", "eth0");
    pod.close();
  }

  private void date(String key, String when) {
    sql(
        "UPDATE pods SET creation_timestamp = datetime('now', '"
            + when
            + "') WHERE container_id = '"
            + key
            + "'");
  }

  private String rows() {
    return sql("SELECT container_id FROM pods");
  }

  private String sql(String statement) {
    return host.run(Sqlite3.command(node.file(), statement));
  }
}
