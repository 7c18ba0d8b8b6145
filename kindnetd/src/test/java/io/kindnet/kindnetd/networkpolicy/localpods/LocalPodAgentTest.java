package io.kindnet.kindnetd.networkpolicy.localpods;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.Kernel;
import io.kindnet.cni.MonitoredDatabase;
import io.kindnet.cni.Reply;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.BusyTimeout;
import io.kindnet.cni.store.ExecutionMode;
import io.kindnet.cni.store.PolicyNamespaces;
import io.kindnet.cni.store.Store;
import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.kindnetd.PluginOnNode;
import io.kindnet.kindnetd.ReadinessPage;
import io.kindnet.kindnetd.agent.Agents;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NetworkNamespaces
@SuppressWarnings("NullAway.Init") // opened before each test, in the namespace of the node
class LocalPodAgentTest {
  /** The regular look comes after a minute only. */
  private static final Duration SOON = Duration.ofSeconds(20);

  /** As a call leaves it that no agent served. */
  private static final String PENDING =
      """
      table inet kindnet-network-policies {
        set pending-v4 { type ipv4_addr; elements = { 10.244.1.7 }; }
      }
      """;

  private final PluginOnNode plugin;
  private final Namespace node;
  private final Status status = new Status("of a test");
  private final AtomicInteger changes = new AtomicInteger();
  private final Path directory;
  private final Path file;
  private RouteSocket socket;
  private NftablesSocket nftables;
  private KernelWatch<RouteEvents.Batch> events;
  private LocalPodAgent agent;

  LocalPodAgentTest(Namespace node, @TempDir Path directory) {
    plugin = new PluginOnNode(node);
    this.node = node;
    this.directory = directory;
    file = directory.resolve(Store.FILE_NAME);
  }

  @BeforeEach
  void start() {
    plugin.run(() -> {
      socket = RouteSocket.open();
      nftables = NftablesSocket.open();
      events = KernelWatch.ofRoutes(socket);
      agent = new LocalPodAgent("node", database(), events, () -> nftables, status);
      agent.pods().onChange(changes::incrementAndGet);
      agent.start();
    });
  }

  private MonitoredDatabase database() {
    return new MonitoredDatabase(file, new BusyTimeout(1_000), Kernel::open);
  }

  @AfterEach
  void close() {
    agent.close();
    events.close();
    nftables.close();
    socket.close();
  }

  @Test
  void noticesPodsOfCallsThatNoAgentServed(Namespace pod) {
    awaitReady();
    assertThat(directory).isEmptyDirectory();

    succeed(call("ADD", "one", pod));
    Eventually.within(SOON, () -> assertThat(agent.pods().snapshot().pods()).hasSize(2));
    assertThat(agent.pods().snapshot().pods().values())
        .allSatisfy(name -> assertThat(name.key()).isEqualTo("/"));

    succeed(call("DEL", "one", pod));
    Eventually.within(SOON, () -> assertThat(agent.pods().snapshot().pods()).isEmpty());
  }

  @Test
  void readsWhatIsThereWhenItIsAsked(Namespace pod) {
    succeed(call("ADD", "one", pod));
    agent.close(); // so that nobody else reads
    plugin.run(() -> agent.pods().refresh());

    assertThat(agent.pods().snapshot().pods()).hasSize(2);
    assertThat(changes).hasPositiveValue();
  }

  @Test
  void leavesInTheDatabaseWherePoliciesMaySelectPods() throws CniException {
    awaitReady();
    agent.pods().selectable(Set.of());
    agent.pods().selectable(Set.of("default", "web"));
    awaitNamespaces("default", "web");
    agent.pods().selectable(Set.of("web"));
    awaitNamespaces("web");
    agent.pods().selectable(Set.of());
    awaitNamespaces();

    agent.pods().selectable(Set.of("web"));
    awaitNamespaces("web");
    agent.close();
    plugin.run(() -> {
      try {
        disabled(new Status("disabled")).removeState();
      } catch (CniException refused) {
        throw new AssertionError(refused);
      }
    });
    assertThat(namespaces()).isEmpty();
  }

  /**
   * Policies are switched off while somebody holds the database: what calls go by is still there,
   * and a pod of a call that no agent serves would be pending for ever.
   */
  @Test
  void isTriedAgainWhereTheDatabaseIsLocked(Namespace pod) throws Exception {
    agent.pods().selectable(Set.of(PolicyNamespaces.ALL));
    awaitNamespaces(PolicyNamespaces.ALL);
    agent.close();
    Status disabled = new Status("disabled");
    try (CapturedLog log = CapturedLog.start();
        Agents agents = new Agents()) {
      try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
          Statement statement = other.createStatement()) {
        statement.execute("BEGIN IMMEDIATE");
        plugin.run(() -> disable(agents, disabled(disabled)));
        assertThat(ReadinessPage.of(disabled))
            .contains("[-]local-pods not removed: ", "locked")
            .endsWith("\nready, but degraded\n");
        assertThat(log.linesWith("local-pods: not removed yet, tried again until it is"))
            .hasSize(1);
        Nft.apply(node, PENDING);
      }
      Eventually.within(SOON, () -> assertThat(ReadinessPage.of(disabled)).isEqualTo("ready\n"));
      assertThat(namespaces()).isEmpty();
      assertThat(Nft.ruleset(node)).isEmpty();
    }
  }

  private static void disable(Agents agents, LocalPodAgent agent) {
    try {
      agents.run(agent, /* enabled= */ false);
    } catch (InterruptedException ended) {
      throw new AssertionError(ended);
    }
  }

  private LocalPodAgent disabled(Status of) {
    return new LocalPodAgent("node", database(), events, () -> nftables, of);
  }

  /** Who loses the database loses that, too. */
  @Test
  void writesItAgainWhenTheDatabaseIsMadeAgain(Namespace pod) throws Exception {
    agent.pods().selectable(Set.of("web"));
    awaitNamespaces("web");
    for (String name : List.of("cni.db", "cni.db-wal", "cni.db-shm")) {
      Files.deleteIfExists(directory.resolve(name));
    }

    succeed(call("ADD", "one", pod));
    awaitNamespaces("web");
  }

  private void awaitReady() {
    Eventually.within(SOON, () -> assertThat(agent.status().problem()).isEmpty());
  }

  private void awaitNamespaces(String... expected) {
    Eventually.within(SOON, () -> assertThat(namespaces()).containsExactlyInAnyOrder(expected));
  }

  private Set<String> namespaces() throws CniException {
    try (Store store = Store.open(file)) {
      return store.policyNamespaces().all();
    }
  }

  private Reply call(String verb, String container, Namespace pod) {
    String config =
        "{\"cniVersion\":\"1.1.0\",\"name\":\"kindnet\",\"type\":\"cni-kindnet\",\"dataDir\":\""
            + directory
            + "\",\"ranges\":[\"10.244.1.0/24\",\"fd00:10:244:1::/64\"]}";
    return plugin.call(ExecutionMode.COLD, verb, container, pod, "eth0", config);
  }

  private static void succeed(Reply reply) {
    assertThat(reply.exitCode()).as(reply.document()).isZero();
  }
}
