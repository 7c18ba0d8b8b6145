package io.kindnet.cni;

import static io.kindnet.cni.CniNode.error;
import static io.kindnet.cni.CniNode.ip;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.PodIdentity;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NetworkNamespaces
class AddVerbTest {
  private static final String V4 = "10.244.1.0/24";
  private static final String V6 = "fd00:10:244:1::/64";

  private final Namespace host;
  private final Namespace pod;

  @TempDir private Path dataDir;
  private CniNode node;

  AddVerbTest(Namespace host, Namespace pod) {
    this.host = host;
    this.pod = pod;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() {
    node = new CniNode(host, dataDir, V4, V6);
  }

  @Test
  void wiresAPodPointToPoint() {
    ConnectedPod wired = new ConnectedPod(node.add("abc", pod));

    assertThat(wired.describe(host))
        .isEqualTo(
            """
            KNET UP GATEWAY4/32 GATEWAY6/128 LINKLOCAL/64
            POD4 dev KNET proto 107 scope link src GATEWAY4
            GATEWAY6 dev KNET proto kernel metric 256 pref medium
            POD6 dev KNET proto 107 src GATEWAY6 metric 1024 pref medium
            fe80::/64 dev KNET proto kernel metric 256 pref medium
            """);
    assertThat(wired.describe(pod))
        .isEqualTo(
            """
            lo UNKNOWN 127.0.0.1/8 ::1/128
            eth0 UP POD4/32 POD6/128 LINKLOCAL/64
            default via GATEWAY4 dev eth0 src POD4
            GATEWAY4 dev eth0 scope link src POD4
            GATEWAY6 dev eth0 metric 1024 pref medium
            POD6 dev eth0 proto kernel metric 256 pref medium
            fe80::/64 dev eth0 proto kernel metric 256 pref medium
            default via GATEWAY6 dev eth0 metric 1024 pref medium
            """);
    assertThat(wired.knet).matches("knet[0-9a-f]{8}");
    assertThat(ip(host, "link", "show", wired.knet).path(0).path("ifalias").asText())
        .isEqualTo("link-pod default/abc");
  }

  @Test
  void tellsWhatItMade() {
    node.config().putObject("dns").putArray("nameservers").add("10.96.0.10");
    JsonNode result = node.add("abc", pod);

    assertThat(new ConnectedPod(result).normalize(result.toString()))
        .isEqualTo(
            "{'cniVersion':'1.1.0','interfaces':["
                .concat("{'name':'KNET','mac':'MAC','mtu':1500},")
                .concat("{'name':'eth0','mac':'MAC','mtu':1500,'sandbox':'NETNS'}],")
                .concat("'ips':[{'interface':1,'address':'POD4/32','gateway':'GATEWAY4'},")
                .concat("{'interface':1,'address':'POD6/128','gateway':'GATEWAY6'}],")
                .concat("'routes':[{'dst':'0.0.0.0/0','gw':'GATEWAY4'},")
                .concat("{'dst':'::/0','gw':'GATEWAY6'}],")
                .concat("'dns':{'nameservers':['10.96.0.10']}}")
                .replace('\'', '"'));
    assertThat(result.at("/interfaces/0/mac").asText())
        .isEqualTo(
            ip(host, "link", "show", new ConnectedPod(result).knet).at("/0/address").asText());
    assertThat(result.at("/interfaces/1/mac").asText())
        .isEqualTo(ip(pod, "link", "show", "eth0").at("/0/address").asText());
  }

  @Test
  void remembersWhatItMade() throws CniException {
    JsonNode result = node.add("abc", pod);
    ConnectedPod wired = new ConnectedPod(result);

    try (Store store = node.store()) {
      PodRow row = store.pods().all().getFirst();
      assertThat(row.key()).isEqualTo("abc");
      assertThat(row.identity()).isEqualTo(new PodIdentity("default", "abc", ""));
      assertThat(row.netns()).isEqualTo(pod.path().toString());
      assertThat(row.hostInterface()).isEqualTo(wired.knet);
      assertThat(row.mtu()).isEqualTo(1500);
      assertThat(row.addresses())
          .extracting(address -> IpAddresses.format(address.address()))
          .containsExactly(wired.pod4, wired.pod6);
      assertThat(row.addresses())
          .extracting(address -> IpAddresses.format(address.gateway()))
          .containsExactly("10.244.1.0", "fd00:10:244:1::");
      assertThat(store.ranges().all())
          .extracting(range -> range.subnet().toString())
          .containsExactly(V4, V6);
    }
  }

  @Test
  void leavesNothingToDuplicateAddressDetectionAndRouters() {
    ConnectedPod wired = new ConnectedPod(node.add("abc", pod));

    for (String name : List.of("accept_ra", "accept_dad", "dad_transmits")) {
      assertThat(sysctl(host, "net/ipv6/conf/" + wired.knet + "/" + name)).isEqualTo("0");
      assertThat(sysctl(pod, "net/ipv6/conf/eth0/" + name)).isEqualTo("0");
    }
    assertThat(ip(pod, "addr", "show", "dev", "eth0", "tentative").findValues("local")).isEmpty();
  }

  @Test
  void letsTheHostForward() {
    // a new namespace may have it from the machine
    host.run("sysctl", "-q", "-w", "net/ipv4/ip_forward=0");

    node.add("abc", pod);

    assertThat(sysctl(host, "net/ipv4/ip_forward")).isEqualTo("1");
    assertThat(sysctl(host, "net/ipv6/conf/all/forwarding")).isEqualTo("1");
  }

  @Test
  void givesOneFamilyWhereOnlyOneIsServed(Namespace second) {
    CniNode four = new CniNode(host, dataDir, V4);
    assertThat(four.add("four", pod).at("/ips")).hasSize(1);
    assertThat(sysctl(host, "net/ipv6/conf/all/forwarding")).isEqualTo("0");
    assertThat(ip(pod, "-6", "route", "show", "default")).isEmpty();

    CniNode six = new CniNode(host, dataDir, V6);
    JsonNode result = six.add("six", second);
    assertThat(result.at("/ips")).hasSize(1);
    assertThat(result.at("/ips/0/address").asText()).startsWith("fd00:10:244:1:");
    assertThat(ip(second, "-4", "route")).isEmpty();
  }

  @Test
  void worksWhereIpv6IsSwitchedOffByDefault() {
    for (Namespace each : List.of(host, pod)) {
      each.run("sysctl", "-q", "-w", "net/ipv6/conf/default/disable_ipv6=1");
    }

    assertThat(new ConnectedPod(node.add("abc", pod)).describe(pod))
        .contains("eth0 UP POD4/32 POD6/128");
  }

  @Test
  void honoursTheInterfaceName() {
    Reply reply = node.call("ADD", "abc", pod.path().toString(), "net1", node.config());

    assertThat(reply.exitCode()).as(reply.document()).isZero();
    assertThat(CniNode.parse(reply.document()).at("/interfaces/1/name").asText()).isEqualTo("net1");
    assertThat(ip(pod, "addr", "show", "net1").findValues("local")).hasSize(3);
  }

  @Test
  void givesAContainerASecondInterface() throws CniException {
    ConnectedPod first = new ConnectedPod(node.add("abc", pod));
    Reply reply = node.call("ADD", "abc", pod.path().toString(), "net1", node.config());

    assertThat(reply.exitCode()).as(reply.document()).isZero();
    JsonNode second = CniNode.parse(reply.document());
    assertThat(second.path("routes")).isEmpty();
    assertThat(first.describe(pod)).contains("default via GATEWAY4 dev eth0", "net1 UP ");
    try (Store store = node.store()) {
      assertThat(store.pods().all()).extracting(PodRow::key).containsExactly("abc", "abc/net1");
    }
    Reply del = node.call("DEL", "abc", pod.path().toString(), "net1", node.config());
    assertThat(del).isEqualTo(new Reply(0, ""));
    assertThat(first.describe(pod)).contains("eth0 UP POD4/32").doesNotContain("net1");
  }

  @Test
  void speaksTheVersionAskedFor() {
    node.config().put("cniVersion", "0.2.0");

    JsonNode result = node.add("abc", pod);

    assertThat(result.path("cniVersion").asText()).isEqualTo("0.2.0");
    assertThat(result.at("/ip4/ip").asText()).startsWith("10.244.1.").endsWith("/32");
    assertThat(result.at("/ip6/routes/0/gw").asText()).isEqualTo("fd00:10:244:1::");
  }

  @Test
  void cutsOffAnAliasThatTheKernelWouldRefuse() {
    String name = "a".repeat(253);

    JsonNode result = node.add(name, pod);

    assertThat(ip(host, "link", "show", new ConnectedPod(result).knet).at("/0/ifalias").asText())
        .isEqualTo(("link-pod default/" + name).substring(0, 255));
  }

  @Test
  void refusesAnInterfaceThatIsThere() throws CniException {
    pod.run("ip", "link", "add", "eth0", "type", "bridge");

    assertRefused("abc", pod.path().toString(), 102, "interface eth0 already exists in network");
    assertThat(ip(pod, "link", "show", "eth0", "type", "bridge")).hasSize(1);
  }

  @Test
  void refusesToAddTwice() throws CniException {
    ConnectedPod wired = new ConnectedPod(node.add("abc", pod));
    pod.run("ip", "link", "set", "eth0", "down"); // Linux 6.1 renames no link that is up
    pod.run("ip", "link", "set", "eth0", "name", "eth9");

    JsonNode error = error(node.call("ADD", "abc", pod.path().toString(), "eth0", node.config()));

    assertThat(error.path("code").asInt()).isEqualTo(4);
    assertThat(error.path("msg").asText())
        .isEqualTo(
            "container abc interface eth0 has been added already, with host interface "
                + wired.knet);
    try (Store store = node.store()) {
      assertThat(store.pods().all()).hasSize(1);
    }
    assertThat(host.run("ip", "link")).contains(wired.knet);
  }

  @Test
  void refusesAPathThatIsNoNamespace() throws IOException, CniException {
    Path file = Files.createFile(dataDir.resolve("file"));

    assertRefused("abc", file.toString(), 4, "CNI_NETNS '" + file + "' is not a network namespace");
    assertRefused("abc", "/run/netns/nobody", 4, "CNI_NETNS '/run/netns/nobody' is not a network");
    assertRefused("abc", host.path().toString(), 4, "is the host's own network namespace");
  }

  @Test
  void refusesWhenNoAddressIsLeft() throws CniException {
    node = new CniNode(host, dataDir, "10.244.1.0/32");

    assertRefused(
        "abc",
        pod.path().toString(),
        100,
        "no address is left in 10.244.1.0/32 (no room for a pod beside the gateway)");
  }

  @Test
  void refusesAnMtuThatIpv6CannotLiveWith() throws CniException {
    node.config().put("mtu", 1279);

    assertRefused("abc", pod.path().toString(), 7, "mtu '1279': IPv6 needs 1280 at least");
  }

  /** The call fails so, and neither rows nor interfaces are left. */
  private void assertRefused(String containerId, String netns, int code, String message)
      throws CniException {
    JsonNode error = error(node.call("ADD", containerId, netns, "eth0", node.config()));

    assertThat(error.path("msg").asText()).contains(message);
    assertThat(error.path("code").asInt()).isEqualTo(code);
    assertThat(host.run("ip", "link")).doesNotContain("knet");
    try (Store store = node.store()) {
      assertThat(store.pods().all()).isEmpty();
      assertThat(store.ranges().all()).isEmpty();
    }
  }

  private static String sysctl(Namespace namespace, String name) {
    return namespace.run("sysctl", "-n", name).strip();
  }
}
