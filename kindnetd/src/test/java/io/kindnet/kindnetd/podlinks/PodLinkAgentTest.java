package io.kindnet.kindnetd.podlinks;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.Kernel;
import io.kindnet.cni.MonitoredDatabase;
import io.kindnet.cni.Reply;
import io.kindnet.cni.podlink.HostSides;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.BusyTimeout;
import io.kindnet.cni.store.ExecutionMode;
import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.kindnetd.PluginOnNode;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.ipam.StatusPages;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Others take away what pods need on the host: the agent puts it back, by notification, since there
 * is no regular check in the time of these tests.
 */
@NetworkNamespaces
class PodLinkAgentTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final Pattern KNET = Pattern.compile("knet[0-9a-f]{8}");

  private final Namespace host;
  private final PluginOnNode plugin;
  private final Namespace one;
  private final Namespace other;
  private final Path directory;
  private final Status status = new Status("of a test");
  private final MonitoredDatabase database;
  private final RouteSocket socket;
  private final KernelWatch<RouteEvents.Batch> events;
  private final PodLinkAgent agent;
  private final StatusPages pages;
  private final Map<String, String> results = new HashMap<>();
  private String bridge = "";

  PodLinkAgentTest(Namespace host, Namespace one, Namespace other, @TempDir Path directory)
      throws IOException {
    this.host = host;
    plugin = new PluginOnNode(host);
    this.one = one;
    this.other = other;
    this.directory = directory;
    try (NetworkNamespace handle = NetworkNamespace.open(host.path().toString())) {
      socket = RouteSocket.open(handle);
    }
    events = KernelWatch.ofRoutes(socket);
    database =
        new MonitoredDatabase(directory.resolve("cni.db"), new BusyTimeout(10_000), Kernel::open);
    agent = new PodLinkAgent(database, socket, events, Duration.ofDays(1), status);
    pages = new StatusPages(status);
  }

  @BeforeEach
  void makeUplink() {
    host.loopbackUp();
  }

  @AfterEach
  void stop() {
    agent.close();
    events.close();
    socket.close();
    pages.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ip route del POD4 | the host has no route to POD4 through KNET",
        "ip -6 route del POD6 | the host has no route to POD6 through KNET",
        "ip route replace blackhole POD4 | the host has no route to POD4 through KNET",
        "ip addr del GATEWAY4/32 dev KNET | KNET has lost the gateway address GATEWAY4",
        "ip addr del GATEWAY6/128 dev KNET | KNET has lost the gateway address GATEWAY6",
        "ip addr flush dev KNET | KNET has lost its link-local address",
        "ip link set KNET down | host interface KNET is down",
        "ip link set KNET alias other | host interface KNET has lost its alias",
        "ip link set KNET mtu 1300 | host interface KNET has an MTU of 1300 instead of 1500",
        "ip link set KNET arp off | host interface KNET does not find neighbours",
        "ip link set KNET master br7 | host interface KNET is a port of another link",
        "sysctl -q -w net.ipv6.conf.KNET.disable_ipv6=1 | has lost the gateway address GATEWAY6",
        "ip -6 route del local ::1 dev KNET table local | no local route to ::1 through KNET",
      })
  void restores(String damage, String said) throws Exception {
    host.run("ip", "link", "add", "br7", "type", "bridge");
    assertRestores(damage, said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ip link set KNET nomaster | host interface KNET is no longer a port of bridge cni0",
        "ip link set KNET master br7 | host interface KNET is no longer a port of bridge cni0",
        "ip link set KNET type bridge_slave hairpin off | KNET has lost its hairpin mode",
        "bridge link set dev KNET hairpin off | KNET has lost its hairpin mode",
        "ip link set KNET down | host interface KNET is down",
        "ip link set cni0 multicast off | bridge cni0 does not find neighbours",
        "ip link set cni0 down | bridge cni0 is down",
        "ip link del cni0 | bridge cni0 is gone",
        "ip addr flush dev cni0 | bridge cni0 has lost the gateway address GATEWAY6",
        "ip addr del GATEWAY4/24 dev cni0 | bridge cni0 has lost the gateway address GATEWAY4",
        "ip route del 10.244.1.0/24 | the host has no route to 10.244.1.0/24 through cni0",
        "ip -6 route del fd00:1::/64 dev cni0 | the host has no route to fd00:1::/64 through cni0",
      })
  void restoresOnABridge(String damage, String said) throws Exception {
    host.run("ip", "link", "add", "br7", "type", "bridge");
    bridge = "cni0";
    assertRestores(damage, said);
  }

  private void assertRestores(String damage, String said) throws Exception {
    add("one", one);
    start();
    add("other", other);
    assertAreWell();
    try (CapturedLog log = CapturedLog.start()) {
      // the pod that the agent has looked at, and the one that it only knows by notifications
      for (String pod : new String[] {"one", "other"}) {
        host.run(fill(damage, pod).split(" "));

        Eventually.within(DEADLINE, this::assertAreWell);
        Eventually.within(DEADLINE, () -> assertThat(log.linesWith(fill(said, pod))).isNotEmpty());
        Eventually.within(DEADLINE, () -> assertThat(line()).isEqualTo("[+]pod-links ok"));
      }
    }
    assertThat(pages.get("/metrics"))
        .containsPattern("kindnet_repairs_total\\{agent=\"pod-links\"} [1-9]");
  }

  /** However many there are, the kernel is asked for lists, not for each. */
  @Test
  void aCheckCostsTheSameForManyPods() {
    add("one", one);
    long forOne = readsOfCheck();
    add("other", other);
    for (int i = 0; i < 5; i++) {
      call("ADD", "other", other, "net" + i);
    }

    assertThat(readsOfCheck()).isEqualTo(forOne);
  }

  /** Of one that finds nothing. */
  private long readsOfCheck() {
    long before = socket.requests().reads();
    plugin.run(() -> {
      try {
        HostSides.Outcome outcome =
            database.restoreHostSides(socket, HostSides.Decision.ALWAYS).orElseThrow();
        assertThat(outcome.restored()).isEmpty();
      } catch (CniException unreadable) {
        throw new AssertionError(unreadable);
      }
    });
    return socket.requests().reads() - before;
  }

  /** Pods that come and go are no damage. */
  @Test
  void changesNothingWhenPodsComeAndGo() throws Exception {
    start();
    Eventually.within(DEADLINE, () -> assertThat(line()).isEqualTo("[+]pod-links ok"));
    try (CapturedLog log = CapturedLog.start()) {
      for (int i = 0; i < 10; i++) {
        add("one", one);
        add("other", other);
        call("DEL", "one", one);
        call("DEL", "other", other);
      }
      // the last notifications have been read when the damage after them is repaired
      add("one", one);
      long before = socket.requests().writes();
      assertThat(before).isZero();
      host.run("ip", "route", "del", fill("POD4", "one"));
      Eventually.within(DEADLINE, () -> assertThat(log.linesWith("put right")).hasSize(1));
    }
    assertThat(socket.requests().writes()).isEqualTo(1);
  }

  @Test
  void restoresTheNameOfAnInterface() throws Exception {
    add("one", one);
    start();
    Eventually.within(DEADLINE, () -> assertThat(line()).isEqualTo("[+]pod-links ok"));
    try (CapturedLog log = CapturedLog.start()) {
      // an interface that is up can be renamed only since Linux 6.2; the agent sets it up meanwhile
      Eventually.within(
          DEADLINE,
          () -> {
            host.run("ip", "link", "set", knet("one"), "down");
            host.run("ip", "link", "set", knet("one"), "name", "other0");
          });

      Eventually.within(
          DEADLINE,
          () -> assertThat(log.linesWith(fill("KNET was renamed to other0", "one"))).hasSize(1));
      Eventually.within(DEADLINE, this::assertAreWell);
    }
  }

  /** What was done while no agent was there has no notification. */
  @Test
  void restoresAtItsStart() throws Exception {
    add("one", one);
    host.run("ip", "route", "flush", "proto", "107");

    start();

    Eventually.within(DEADLINE, this::assertAreWell);
  }

  /** At once; where the agent is quicker to make the bridge again, that one has to go, too. */
  private void giveSpareTheNameOfTheBridge() {
    host.tryRun("ip", "link", "del", "gone0");
    Ip.batch(
        host,
        """
        link set cni0 down
        link set cni0 name gone0
        link set spare0 name cni0
        link del gone0
        """);
  }

  @Test
  void saysWhatItCannotRestore() throws Exception {
    bridge = "cni0";
    add("one", one);
    start();
    Eventually.within(DEADLINE, () -> assertThat(line()).isEqualTo("[+]pod-links ok"));

    host.run("ip", "link", "add", "spare0", "type", "veth", "peer", "name", "spare1");
    Eventually.within(DEADLINE, this::giveSpareTheNameOfTheBridge);

    Eventually.within(
        DEADLINE,
        () ->
            assertThat(line())
                .isEqualTo(
                    "[-]pod-links bridge cni0 is gone: bridge 'cni0': there is a link of this name"
                        + " that is no bridge"));
    assertThat(linesDuringThreeFailures()).allMatch(line -> line.startsWith("[-]pod-links"));
    host.run("ip", "link", "del", "cni0");
    Eventually.within(DEADLINE, () -> assertThat(line()).isEqualTo("[+]pod-links ok"));
    assertAreWell();
  }

  /** Neither the pod whose interface somebody deleted, nor the one that was deleted. */
  @Test
  void makesNothingForPodsThatAreGone() throws Exception {
    add("one", one);
    add("other", other);
    start();
    Eventually.within(DEADLINE, () -> assertThat(line()).isEqualTo("[+]pod-links ok"));
    String gone = knet("one");
    host.run("ip", "link", "del", gone);
    String deleted = knet("other");
    call("DEL", "other", other);
    results.clear();
    add("third", one);

    host.run("ip", "addr", "flush", "dev", knet("third"));
    Eventually.within(DEADLINE, this::assertAreWell);

    assertThat(host.run("ip", "link")).doesNotContain(gone, deleted);
    assertThat(host.run("ip", "route").lines().filter(line -> line.contains("proto 107")))
        .hasSize(1);
  }

  /** CHECK says nothing, and packets pass both ways. */
  private void assertAreWell() {
    results
        .keySet()
        .forEach(container -> {
          Namespace pod = container.equals("other") ? other : one;
          Reply reply = check(container, pod);
          assertThat(reply).isEqualTo(new Reply(0, ""));
          host.run("ping", "-c", "1", "-W", "1", "-q", fill("POD4", container));
          host.run("ping", "-c", "1", "-W", "1", "-q", fill("POD6", container));
          pod.run("ping", "-c", "1", "-W", "1", "-q", fill("GATEWAY4", container));
          pod.run("ping", "-c", "1", "-W", "1", "-q", fill("GATEWAY6", container));
        });
  }

  private void add(String container, Namespace pod) {
    results.put(container, call("ADD", container, pod).document());
  }

  private Reply check(String container, Namespace pod) {
    return answer("CHECK", container, pod, "eth0", ", \"prevResult\": " + results.get(container));
  }

  private Reply call(String verb, String container, Namespace pod) {
    return call(verb, container, pod, "eth0");
  }

  private Reply call(String verb, String container, Namespace pod, String interfaceName) {
    Reply reply = answer(verb, container, pod, interfaceName, "");
    assertThat(reply.exitCode()).as(reply.document()).isZero();
    return reply;
  }

  /** As the agent serves it, so that the call does not look after other pods. */
  private Reply answer(
      String verb, String container, Namespace pod, String interfaceName, String more) {
    int further =
        interfaceName.equals("eth0") ? 0 : 1 + Integer.parseInt(interfaceName.substring(3));
    int hostPort = (container.equals("one") ? 80 : 81) + further;
    String config =
        """
        {"cniVersion": "1.1.0", "name": "kindnet", "type": "cni-kindnet", "dataDir": "%s",
         "ranges": ["10.244.1.0/24", "fd00:1::/64"], "bridge": "%s", "runtimeConfig": {
           "portMappings": [{"hostPort": %d, "containerPort": 8080, "protocol": "tcp"}]}%s}
        """
            .formatted(directory, bridge, hostPort, more);
    return plugin.call(ExecutionMode.WARM, verb, container, pod, interfaceName, config);
  }

  private String fill(String text, String container) {
    String result = results.getOrDefault(container, "");
    return text.replace("KNET", knet(container))
        .replace("POD4", first(result, "\"address\":\"(10\\.[0-9.]+)/"))
        .replace("POD6", first(result, "\"address\":\"(fd00:[0-9a-f:]+)/"))
        .replace("GATEWAY4", first(result, "\"gateway\":\"(10\\.[0-9.]+)\""))
        .replace("GATEWAY6", first(result, "\"gateway\":\"(fd00:[0-9a-f:]+)\""));
  }

  private String knet(String container) {
    return first(results.getOrDefault(container, ""), "(" + KNET.pattern() + ")");
  }

  private static String first(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
    return matcher.group(1);
  }

  /** Its thread is where the one is that starts it. */
  private void start() {
    plugin.run(agent::start);
  }

  /** What readiness says until the agent has tried in vain three more times. */
  private List<String> linesDuringThreeFailures() throws IOException, InterruptedException {
    List<String> lines = new ArrayList<>();
    double before = failures();
    Eventually.within(
        DEADLINE,
        () -> {
          lines.add(line());
          assertThat(failures()).isGreaterThanOrEqualTo(before + 3);
        });
    return lines;
  }

  private double failures() throws IOException, InterruptedException {
    String name = "kindnet_pass_failures_total{agent=\"pod-links\"} ";
    return pages
        .get("/metrics")
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
        .sum();
  }

  private String line() throws IOException, InterruptedException {
    return pages
        .get("/readyz")
        .lines()
        .filter(line -> line.contains("pod-links"))
        .collect(Collectors.joining());
  }
}
