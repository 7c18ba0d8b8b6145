package io.kindnet.kindnetd.masq;

import static io.kindnet.kindnetd.cluster.nodes.ClusterNodeSamples.clusterNode;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.MessageRecorder;
import io.kindnet.netlink.testing.MessageRecorder.Direction;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import io.kindnet.netlink.testing.Resources;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent in a network namespace, seen through {@code nft}. */
@NetworkNamespaces
class MasqAgentTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String EXPECTED = Resources.text(MasqAgentTest.class, "ipmasq.nft");

  private static final List<String> POD_LINKS = List.of("knet*", "kind-br");

  private final ClusterNodes nodes = new ClusterNodes("self");
  private final Status status = new Status("test");
  private final Namespace host;
  private final NetworkNamespace namespace;
  private final NftablesSocket nftables;
  private final KernelWatch<NftablesEvents.Events> events;
  private final MasqAgent agent;

  MasqAgentTest(Namespace host) {
    this.host = host;
    namespace = NetworkNamespace.open(host.path().toString());
    nftables = namespace.call(NftablesSocket::open);
    events = events(nftables);
    agent =
        new MasqAgent(
            nodes,
            new MasqOptions(
                true, List.of(IpPrefix.parse("192.168.0.0/16"), IpPrefix.parse("192.168.1.0/24"))),
            POD_LINKS,
            () -> nftables,
            events,
            status);
  }

  private KernelWatch<NftablesEvents.Events> events(NftablesSocket own) {
    return KernelWatch.ofNftables(
        () -> namespace.call(() -> NftablesEvents.excludingOwn(own.portId())));
  }

  @BeforeEach
  void join() {
    nodes.put(clusterNode("self", List.of("10.244.0.0/24", "fd00::/64"), "192.0.2.1"));
    nodes.put(clusterNode("a", List.of("10.244.7.0/24", "fd00:7::/64"), "192.0.2.2"));
  }

  @AfterEach
  void stop() {
    agent.close();
    events.close();
    nftables.close();
    namespace.close();
  }

  private void start() {
    nodes.markComplete();
    agent.start();
  }

  private String table() {
    return Nft.table(host, "inet", "kindnet-ipmasq");
  }

  private void assertTable(String expected) {
    Eventually.within(
        DEADLINE,
        () -> assertThat(Nft.withoutCounters(table())).isEqualTo(withoutCounters(expected)));
  }

  private static String withoutCounters(String table) {
    return Nft.withoutCounters(table);
  }

  @Test
  void makesTheTableThatNftMakesOfTheSameText(Namespace reference) {
    start();
    Nft.apply(reference, EXPECTED);
    assertTable(EXPECTED);
    assertTable(Nft.table(reference, "inet", "kindnet-ipmasq"));
  }

  @Test
  void followsTheClusterWithoutMakingAnythingAgain() {
    start();
    assertTable(EXPECTED);
    String handles = handles();
    nodes.put(clusterNode("b", List.of("10.244.8.0/24", "fd00:8::/64"), "192.0.2.3"));
    assertTable(
        EXPECTED
            .replace("10.244.7.0/24,", "10.244.7.0/24,\n\t\t\t     10.244.8.0/24,")
            .replace("10.244.8.0/24,\n\t\t\t     192", "10.244.8.0/24, 192")
            .replace("10.244.7.0/24 }", "10.244.7.0/24,\n\t\t\t     10.244.8.0/24 }")
            .replace("fd00:7::/64 }", "fd00:7::/64,\n\t\t\t     fd00:8::/64 }"));
    nodes.put(clusterNode("c", List.of("10.244.0.0/16"), "192.0.2.4"));
    nodes.remove("b");
    assertTable(
        EXPECTED
            .replace("10.244.0.0/24, 10.244.7.0/24,\n\t\t\t     192", "10.244.0.0/16, 192")
            .replace("10.244.0.0/24, 10.244.7.0/24 }", "10.244.0.0/16 }"));
    nodes.remove("c");
    assertTable(EXPECTED);
    assertThat(handles()).isEqualTo(handles);
  }

  /** The handles of table, sets, chain and rules: one made again has another. */
  private String handles() {
    return host.run("nft", "-a", "list", "table", "inet", "kindnet-ipmasq")
        .lines()
        .filter(line -> line.contains("# handle"))
        .map(line -> Nft.withoutCounters(line))
        .reduce("", String::concat);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flush ruleset",
        "delete table inet kindnet-ipmasq",
        "flush table inet kindnet-ipmasq",
        "add table inet kindnet-ipmasq { flags dormant; }",
        "flush set inet kindnet-ipmasq noMasqV4",
        "flush set inet kindnet-ipmasq podsV4",
        "add element inet kindnet-ipmasq podsV6 { fd00:9::/64 }",
        "delete element inet kindnet-ipmasq noMasqV6 { fd00:7::/64 }",
        "add element inet kindnet-ipmasq noMasqV4 { 172.16.0.0/12 }",
        "add element inet kindnet-ipmasq noMasqV4 { 172.16.0.1-172.16.0.9 }",
        "insert rule inet kindnet-ipmasq postrouting accept",
        "add rule inet kindnet-ipmasq postrouting ip daddr 8.8.8.8 drop"
      })
  void repairsWhatOthersDo(String command) {
    start();
    assertTable(EXPECTED);
    Nft.apply(host, command);
    assertTable(EXPECTED);
  }

  @Test
  void takesOverFromAnEarlierRun() {
    Nft.apply(
        host,
        EXPECTED
            .replace("10.244.7.0/24,", "10.99.0.0/16,")
            .replace("fd00::/64,", "")
            .replace("masquerade", "masquerade random"));
    start();
    assertTable(EXPECTED);
  }

  /** As the version before made it: nothing with a hook is deleted, so that no packet is lost. */
  @Test
  void changesTheTableOfAnOlderVersionInPlace() throws IOException {
    Nft.apply(host, Resources.text(MasqAgentTest.class, "ipmasq-0.1.nft"));
    String chain = chainHandle();
    start();
    assertTable(EXPECTED);
    assertThat(chainHandle()).isEqualTo(chain);
    awaitReady();
    assertThat(MetricsPage.of(status))
        .contains("kindnet_repairs_total{agent=\"masquerading\"} 0.0");
  }

  private String chainHandle() {
    return handles().replaceAll("(?s).*(chain postrouting \\{ # handle \\d+).*", "$1");
  }

  @Test
  void putsRightATableOfAnotherKind() {
    Nft.apply(
        host,
        """
        table inet kindnet-ipmasq {
          set noMasqV4 { type ipv4_addr; }
          chain postrouting {
            type nat hook postrouting priority 100;
            ip daddr @noMasqV4 accept
          }
        }
        """);
    start();
    assertTable(EXPECTED);
  }

  /** Pod CIDRs that do not touch: the last of 5,000 are 10.39.14.0/24 and fd01:0:0:270e::/64. */
  private void joinMany(int number) {
    for (int i = 0; i < number; i++) {
      String v4 = "10." + (i / 128) + "." + (i % 128) * 2 + ".0/24";
      String v6 = "fd01:0:0:" + Integer.toHexString(2 * i) + "::/64";
      nodes.put(clusterNode("n" + i, List.of(v4, v6), "192.0.2.2"));
    }
  }

  private void awaitReady() {
    Eventually.within(DEADLINE, () -> assertThat(status.problems()).isEmpty());
  }

  @Test
  void keepsAPrefixAsLongAsOneOfItsOwnersIsThere() {
    start();
    nodes.put(clusterNode("twin", List.of("10.244.7.0/24"), "192.0.2.3"));
    nodes.put(clusterNode("b", List.of("10.244.8.0/24"), "192.0.2.4"));
    nodes.remove("twin");
    nodes.remove("b");
    assertTable(EXPECTED);
    nodes.put(clusterNode("twin", List.of("10.244.7.0/24"), "192.0.2.3"));
    nodes.remove("a");
    assertTable(EXPECTED.replace("fd00::/64,\n\t\t\t     fd00:7::/64 }", "fd00::/64 }"));
  }

  /** A set that somebody has made with a limit is one way to have the kernel refuse elements. */
  @Test
  void doesAllTheRestWhereTheKernelRefusesAPart() throws IOException {
    Nft.apply(
        host,
        """
        table inet kindnet-ipmasq {
          set noMasqV4 { type ipv4_addr; flags interval; auto-merge; size 1100; }
        }
        """);
    joinMany(1500);
    start();
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(status.problems())
                .singleElement()
                .asString()
                .startsWith("masquerading add elements of set inet kindnet-ipmasq noMasqV4: ENFILE")
                .contains("10."));
    assertThat(table()).contains("10.0.2.0/24", "10.1.0.0/24", "fd01:0:0:bb6::/64", "masquerade");
    long accepted = prefixes(table()); // which of them differs from kernel to kernel
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(MetricsPage.of(status))
                .as("it is tried again, and nobody is blamed")
                .doesNotContainPattern("kindnet_pass_failures_total.agent=\"masq\\w+\". [01]\\.")
                .contains(
                    "kindnet_repairs_total{agent=\"masquerading\"} 0.0",
                    "kindnet_ready{agent=\"masquerading\"} 0.0"));
    Nft.apply(host, "delete table inet kindnet-ipmasq");
    awaitReady();
    assertThat(table()).contains("192.168.0.0/16", "10.11.182.0/24", "masquerade");
    assertThat(prefixes(table())).isGreaterThan(accepted);
  }

  private static long prefixes(String table) {
    return Pattern.compile("/\\d+").matcher(table).results().count();
  }

  @Test
  void writesNothingWhereAnEarlierRunHasDoneAllForThousands() {
    joinMany(5000);
    start();
    awaitReady();
    agent.close();
    String made = table();
    Status later = new Status("test");
    try (NftablesSocket laterSocket = namespace.call(NftablesSocket::open);
        KernelWatch<NftablesEvents.Events> laterEvents = events(laterSocket);
        MasqAgent laterAgent =
            new MasqAgent(
                nodes,
                new MasqOptions(true, List.of(IpPrefix.parse("192.168.0.0/16"))),
                POD_LINKS,
                () -> laterSocket,
                laterEvents,
                later)) {
      laterAgent.start();
      Eventually.within(DEADLINE, () -> assertThat(later.problems()).isEmpty());
      assertThat(laterSocket.requests().writes()).as("commands for a restart").isZero();
      assertThat(table()).isEqualTo(made);
      Nft.apply(host, "flush ruleset");
      Eventually.within(
          DEADLINE,
          () -> assertThat(Nft.withoutCounters(table())).isEqualTo(Nft.withoutCounters(made)));
    }
  }

  @Test
  void costsWhatChangesInAClusterOfThousands() {
    joinMany(5000);
    MessageRecorder recorder = new MessageRecorder();
    nftables.listener(recorder::datagram);
    start();
    Eventually.within(
        DEADLINE,
        () -> {
          assertThat(status.problems()).isEmpty();
          assertThat(table()).contains("10.39.14.0/24", "fd01:0:0:270e::/64", "masquerade");
        });
    assertThat(recorder.messages(Direction.SENT))
        .as("datagrams of a size that a socket may send by default")
        .allMatch(message -> message.bytes().length < 200_000);
    int before = recorder.messages(Direction.SENT).size();
    nodes.remove("n4999");
    Eventually.within(
        DEADLINE, () -> assertThat(table()).doesNotContain("10.39.14.0/24", "fd01:0:0:270e::/64"));
    assertThat(recorder.messages(Direction.SENT).size() - before)
        .as("datagrams for one node: one for each set")
        .isEqualTo(4);
  }

  @Test
  void removesItsTableWhenDisabled() {
    start();
    assertTable(EXPECTED);
    agent.close();
    assertTable(EXPECTED);
    agent.removeState();
    assertThat(Nft.ruleset(host)).isEmpty();
    agent.removeState();
  }
}
