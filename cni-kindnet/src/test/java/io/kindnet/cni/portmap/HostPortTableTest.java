package io.kindnet.cni.portmap;

import static io.kindnet.cni.portmap.ConnectedNode.everywhere;
import static io.kindnet.cni.portmap.ConnectedNode.port;
import static io.kindnet.cni.protocol.TransportProtocol.SCTP;
import static io.kindnet.cni.protocol.TransportProtocol.TCP;
import static io.kindnet.cni.protocol.TransportProtocol.UDP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.MessageRecorder;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import io.kindnet.netlink.testing.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table as {@code nft} shows it. Links that carry nothing stand for those of pods. */
@NetworkNamespaces
class HostPortTableTest {
  private static final PodHostPorts A =
      new PodHostPorts("knet0000000a", "", List.of(everywhere(80, 5)));
  private static final PodHostPorts B =
      new PodHostPorts("knet0000000b", "cni0", List.of(port("10.0.0.3", 3868, SCTP, 6)));

  private static final Pattern ADDRESS =
      Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+|fd00:[0-9a-f:]+");

  private final Namespace node;
  private final NetworkNamespace namespace;

  HostPortTableTest(Namespace node) {
    this.node = node;
    this.namespace = NetworkNamespace.open(node.path().toString());
    Ip.batch(
        node,
        """
        link add name knet0000000a type bridge
        link add name cni0 type bridge
        link set knet0000000a up
        link set cni0 up
        """);
  }

  @AfterEach
  void close() {
    namespace.close();
  }

  @Test
  void nftListsItSoThatItCanBeLoadedAgain(Namespace other) {
    restore(A, B);

    String text = Resources.text(HostPortTableTest.class, "two-pods.nft");
    assertThat(sorted(Nft.ruleset(node))).isEqualTo(sorted(text));
    String accepted = Nft.applyAccepted(other, Nft.ruleset(node));
    assertThat(sorted(Nft.ruleset(other))).isEqualTo(sorted(accepted));
  }

  @Test
  void eachPodAddsAndRemovesItsOwnElements() {
    restore(B);
    String onlyB = listing();

    assertThat(install(A)).isTrue();
    assertThat(install(A)).as("again").isTrue();
    assertThat(listing())
        .isEqualTo(sorted(Resources.text(HostPortTableTest.class, "two-pods.nft")));

    assertThat(remove(A)).isTrue();
    assertThat(listing()).isEqualTo(onlyB);
  }

  @Test
  void theElementOfABridgeStaysForTheOthers() {
    restore(B);

    assertThat(remove(B)).isTrue();

    assertThat(listing()).contains("\"cni0\" . \"cni0\"").doesNotContain("3868");
  }

  @Test
  void sayThatTheTableIsMissing() {
    assertThat(install(A)).isFalse();
    assertThat(remove(A)).isFalse();

    assertThat(Nft.ruleset(node)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flush ruleset",
        "flush table inet cni-kindnet",
        "delete table inet cni-kindnet",
        "flush chain inet cni-kindnet loopback-guard",
        "insert rule inet cni-kindnet prerouting accept",
        "add rule inet cni-kindnet prerouting accept",
        "flush chain inet cni-kindnet hostports",
      })
  void restoresWhatOthersDamaged(String damage) {
    restore(A, B);
    String before = listing();
    node.run("nft", damage);
    PodHostPorts c = new PodHostPorts("knet0000000a", "", List.of(port("10.0.0.9", 99, TCP, 5)));
    assertThat(install(c)).as("install sees it").isFalse();
    assertThat(remove(A)).as("remove sees it").isFalse();

    restore(A, B);

    assertThat(listing()).isEqualTo(before);
    assertThat(install(c)).isTrue();
  }

  /** As earlier versions made it: nothing that has a hook is deleted. */
  @Test
  void theTableOfAnOlderVersionIsChangedInPlace() {
    Nft.applyAccepted(node, Resources.text(HostPortTableTest.class, "two-pods-of-0.1.nft"));
    String handles = handles();
    assertThat(handles).contains("chain prerouting", "map hostport-map-v4");
    assertThat(install(A)).as("install sees it").isFalse();

    restore(A, B);

    assertThat(objects(listing()))
        .isEqualTo(objects(sorted(Resources.text(HostPortTableTest.class, "two-pods.nft"))));
    assertThat(handles().lines())
        .containsAll(handles.lines().filter(line -> !line.contains("map ")).toList());
    assertThat(install(A)).isTrue();
  }

  /** In no order: what is made again is listed last. */
  private static Set<String> objects(String listing) {
    String inside = listing.substring(listing.indexOf("{\n") + 2, listing.lastIndexOf('}'));
    return Set.of(inside.strip().split("\n\n\t"));
  }

  private String handles() {
    return node.run("nft", "-a", "list", "table", "inet", "cni-kindnet")
        .lines()
        .filter(line -> line.contains("chain") || line.contains("set") || line.contains("map "))
        .filter(line -> line.contains("{ # handle"))
        .collect(Collectors.joining("\n"));
  }

  /** As kube-proxy has them in IPVS mode; there may be thousands. */
  @Test
  void theAddressesOfServicesAreKeptFromHostPorts() {
    StringBuilder services = new StringBuilder("link add kube-ipvs0 type bridge\n");
    for (int i = 0; i < 2500; i++) {
      services.append("addr add 10.96.%d.%d/32 dev kube-ipvs0\n".formatted(i / 250, i % 250));
    }
    services.append("addr add fd00:96::1/128 dev kube-ipvs0 nodad\n");
    Ip.batch(node, services.toString());
    Ip.batch(node, "link add nodelocaldns type bridge\naddr add 169.254.20.10 dev nodelocaldns\n");
    Ip.batch(node, "link set kube-ipvs0 up\nlink add other type bridge\n");
    Ip.batch(node, "addr add 192.0.2.9/24 dev other\n");

    restore(A);

    assertThat(services("4")).hasSize(2501).contains("10.96.9.249", "169.254.20.10");
    assertThat(services("6")).containsExactly("fd00:96::1");
    assertThat(areInstalled(A)).isTrue();
    Ip.batch(node, "addr del 10.96.0.7/32 dev kube-ipvs0\naddr add 10.97.0.1 dev kube-ipvs0\n");
    assertThat(areInstalled(A)).isFalse();

    assertThat(install(B)).isTrue();

    assertThat(services("4")).hasSize(2501).contains("10.97.0.1").doesNotContain("10.96.0.7");
    Ip.batch(node, "link del kube-ipvs0\n");
    call(ports -> {
      ports.followServices();
      return ports;
    });
    assertThat(services("4")).containsExactly("169.254.20.10");
    assertThat(services("6")).isEmpty();
    assertThat(areInstalled(A, B)).isTrue();
  }

  private List<String> services(String family) {
    String set = node.run("nft", "list", "set", "inet", "cni-kindnet", "service-ips-v" + family);
    return ADDRESS.matcher(set).results().map(MatchResult::group).toList();
  }

  private boolean areInstalled(PodHostPorts... pods) {
    return this.<Boolean>call(ports -> ports.areInstalled(List.of(pods)));
  }

  @Test
  void aChainOfSomeoneElseIsNoDamage() {
    restore(B);
    node.run("nft", "add chain inet cni-kindnet theirs; add rule inet cni-kindnet theirs counter");

    assertThat(install(A)).isTrue();
    restore(A, B);
    assertThat(listing()).contains("chain theirs");
  }

  @Test
  void restoresElementsThatOthersFlushed() {
    restore(A, B);
    String before = listing();
    node.run("nft", "flush", "map", "inet", "cni-kindnet", "hostport-any-v4");

    assertThat(remove(A)).as("remove sees it").isFalse();
    restore(A, B);

    assertThat(listing()).isEqualTo(before);
  }

  @Test
  void restoresOverElementsThatAreInTheWay() {
    PodHostPorts gone =
        new PodHostPorts(
            "knet0000000a", "", List.of(port("0.0.0.0", 80, TCP, 77), port("::", 81, UDP, 77)));
    restore(gone);
    assertThat(install(A)).as("another element for the same port").isFalse();

    restore(A, B);

    assertThat(listing())
        .isEqualTo(sorted(Resources.text(HostPortTableTest.class, "two-pods.nft")));
  }

  @Test
  void aPortThatAnotherPodHasIsRefused() {
    restore(A);
    PodHostPorts same = new PodHostPorts("knet0000000a", "", List.of(port("0.0.0.0", 80, TCP, 6)));

    assertThat(install(same)).isFalse();
    assertThat(listing()).doesNotContain("10.244.1.6");
  }

  @Test
  void withoutPodsNoTableIsMade() {
    restore();

    assertThat(Nft.ruleset(node)).isEmpty();
  }

  @Test
  void withoutPodsATableKeepsItsRules() {
    restore(A, B);
    restore();

    assertThat(listing()).contains("chain output").doesNotContain("elements");
  }

  @Test
  void checkFindsNothingWhereAllIsWell() {
    restore(A, B);

    assertThat(check(A)).isEmpty();
    assertThat(check(B)).isEmpty();
  }

  @Test
  void checkSaysWhatIsMissing() {
    restore(A);
    node.run("nft", "delete table inet cni-kindnet");

    assertThat(check(A))
        .hasSize(7)
        .contains(
            "the rules of table inet cni-kindnet are not as they were made",
            "map inet cni-kindnet hostport-any-v4 has no element tcp . 80 : 10.244.1.5 . 8080");
  }

  @Test
  void checkSaysWhatIsDifferent() {
    restore(A);
    node.run(
        "nft",
        "delete element inet cni-kindnet hostport-any-v4 { tcp . 80 };"
            + "add element inet cni-kindnet hostport-any-v4 { tcp . 80 : 10.244.1.9 . 99 }");
    Ip.batch(node, "link set lo up\n");
    node.run("sysctl", "-q", "-w", "net.ipv4.conf.knet0000000a.route_localnet=0");
    node.run("ip", "-6", "route", "del", "local", "::1", "dev", "knet0000000a", "table", "local");

    assertThat(check(A))
        .containsExactly(
            "map inet cni-kindnet hostport-any-v4 has element tcp . 80 : 10.244.1.9 . 99"
                + " instead of element tcp . 80 : 10.244.1.5 . 8080",
            "route_localnet of knet0000000a is off",
            "there is no local route to ::1 through knet0000000a");
  }

  @Test
  void loopbackIsOpenedOnlyForThosePortsThatAnswerThere() {
    PodHostPorts specific =
        new PodHostPorts(
            "knet0000000a", "", List.of(port("10.0.0.3", 80, TCP, 5), port("fd00::3", 80, TCP, 5)));
    restore(specific);
    install(specific);

    assertThat(node.run("sysctl", "-n", "net.ipv4.conf.knet0000000a.route_localnet").strip())
        .isEqualTo("0");
    assertThat(node.run("ip", "-6", "route", "show", "table", "local")).doesNotContain("local ::1");
  }

  @Test
  void aPodWhoseInterfaceIsDownDoesNotKeepOthersFromBeingRestored() {
    Ip.batch(node, "link set knet0000000a down\n");

    restore(A, B);

    assertThat(check(B)).isEmpty();
    assertThat(check(A)).containsExactly("there is no local route to ::1 through knet0000000a");
  }

  @Test
  void anInterfaceThatIsNotThereIsNamed() {
    PodHostPorts nowhere =
        new PodHostPorts("knet0000000c", "", List.of(port("0.0.0.0", 80, TCP, 5)));

    assertThatThrownBy(() -> install(nowhere))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(CniException.class)
        .hasMessageContaining("cannot set /proc/sys/net/ipv4/conf/knet0000000c/route_localnet");
  }

  @Test
  void manyPodsAtOnceLoseNothing() throws InterruptedException {
    restore(A);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int number = i;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int round = 0; round < 20; round++) {
                  PodHostPorts passing = one(1000 + number, number);
                  assertThat(install(passing)).isTrue();
                  assertThat(remove(passing)).isTrue();
                }
                assertThat(install(one(2000 + number, number))).isTrue();
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }

    for (int i = 0; i < 8; i++) {
      assertThat(check(one(2000 + i, i))).isEmpty();
    }
    assertThat(listing()).doesNotContain(" . 100");
  }

  @Test
  void anInstallTakesTwoRoundTrips() {
    restore(A);
    MessageRecorder recorder = new MessageRecorder();
    namespace.call(() -> {
      try (NftablesHostPorts ports = NftablesHostPorts.open()) {
        ports.listener((direction, bytes) -> {
          if (direction.equals("sent")) {
            recorder.sent(bytes);
          }
        });
        assertThat(ports.install(B)).isTrue();
        assertThat(recorder.messages()).as("one to look, one to add").hasSize(2);
        assertThat(ports.remove(B)).isTrue();
        assertThat(recorder.messages()).hasSize(4);
        return ports;
      }
    });
  }

  private static PodHostPorts one(int port, int number) {
    return new PodHostPorts("knet0000000a", "", List.of(port("10.0.0.3", port, TCP, 100 + number)));
  }

  private boolean install(PodHostPorts pod) {
    return call(ports -> ports.install(pod));
  }

  private boolean remove(PodHostPorts pod) {
    return call(ports -> ports.remove(pod));
  }

  private List<String> check(PodHostPorts pod) {
    return call(ports -> ports.check(pod));
  }

  private void restore(PodHostPorts... pods) {
    call(ports -> {
      ports.restore(List.of(pods));
      return pods;
    });
  }

  private <T> T call(ConnectedNode.Work<T> work) {
    return namespace.call(() -> {
      try (HostPorts ports = NftablesHostPorts.open()) {
        return work.on(ports);
      }
    });
  }

  private String listing() {
    return sorted(Nft.ruleset(node));
  }

  /**
   * Elements of sets without intervals come in no particular order, and nft breaks the lines. For
   * the priority -100 of an output hook, nft 1.1.3 has a name, and 1.0.6 has none.
   */
  private static String sorted(String listing) {
    StringBuilder text = new StringBuilder();
    for (String part : listing.split("(?=elements = \\{)|(?<= \\})\n")) {
      if (part.startsWith("elements")) {
        String inside = part.substring(part.indexOf('{') + 1, part.lastIndexOf('}'));
        List<String> elements = new ArrayList<>(List.of(inside.split(",")));
        elements.replaceAll(String::strip);
        elements.sort(null);
        text.append("elements = { ").append(String.join(", ", elements)).append(" }\n");
      } else {
        text.append(part);
      }
    }
    return text.toString().replace("hook output priority dstnat;", "hook output priority -100;");
  }
}
