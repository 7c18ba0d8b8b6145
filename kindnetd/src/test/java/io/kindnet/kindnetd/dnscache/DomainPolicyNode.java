package io.kindnet.kindnetd.dnscache;

import static io.kindnet.kindnetd.dnscache.DnsNode.SERVICE_V4;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.allow;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.block;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.clusterPolicy;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.pod;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.podsOf;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.rule;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.selector;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.tcp;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.policies.Action;
import io.kindnet.kindnetd.cluster.policies.LabelSelector;
import io.kindnet.kindnetd.cluster.policies.Peer;
import io.kindnet.kindnetd.cluster.policies.PodSelector;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.PolicyRules;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.networkpolicy.EnforcementListener;
import io.kindnet.kindnetd.networkpolicy.NetworkPolicyAgent;
import io.kindnet.kindnetd.networkpolicy.domains.DomainAddresses;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.testing.Deadlines;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Nft;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A {@link DnsNode} that enforces policies, and servers outside that echo what a pod sends: at each
 * address of {@code 203.0.113.0/24} and {@code 2001:db8:1::/64}.
 */
final class DomainPolicyNode implements AutoCloseable {
  static final Duration DEADLINE = Deadlines.scaled(Duration.ofSeconds(60));
  static final int PORT = 8080;
  static final String POLICY = "allowlist";
  private static final int SHORT_MILLIS = 500;
  private static final int LONG_MILLIS = (int) DEADLINE.toMillis();
  private static final Pattern DENIED =
      Pattern.compile("counter packets (\\d+) bytes \\d+ drop comment \"[^\"]*" + POLICY);

  private final EnforcedCluster cluster = new EnforcedCluster();
  private final AtomicInteger passes = new AtomicInteger();
  final ClusterView<Policy> policies = cluster.policies;
  final DnsNode node;
  final ScriptedServer server;
  private final ServerSocket echo;
  private final Duration grace;

  @SuppressWarnings("NullAway.Init") // start
  private DnsCacheAgent cache;

  @SuppressWarnings("NullAway.Init") // start
  private NetworkPolicyAgent enforcement;

  Status status = new Status("test");

  /**
   * @param grace for how long addresses stay after the answers have expired
   */
  DomainPolicyNode(Namespace host, Namespace pod, Namespace outside, Duration grace) {
    this.grace = grace;
    node = new DnsNode(host, pod, outside, /* bridged= */ false);
    Ip.batch(
        outside,
        """
        link set lo up
        route add local 203.0.113.0/24 dev lo
        route add local 2001:db8:1::/64 dev lo
        """);
    server = node.server(DnsNode.SERVER_V4);
    echo = DnsNode.in(outside, () -> new ServerSocket(PORT, 500));
    Thread.ofPlatform().daemon().start(this::accept);
    start();
  }

  /** Starts agents that know nothing. */
  void start() {
    status = new Status("test");
    DomainAddresses domains =
        new DomainAddresses(() -> node.addressNftables, grace, System::nanoTime);
    cache = node.agent(new FixedNameServers(SERVICE_V4), /* byPolicies= */ true, domains, status);
    EnforcementListener counted =
        new ObservedEnforcement(cache.flows(), () -> {}, passes::incrementAndGet);
    enforcement = cluster.agent(node, counted, domains, status);
    EnforcedCluster.start(node, cache, enforcement);
    awaitServed();
  }

  /** Ends the agents; what is in the kernel stays. */
  void stop() {
    enforcement.close();
    node.stop(cache);
  }

  private void awaitServed() {
    Eventually.within(
        DEADLINE, () -> assertThat(node.table()).contains("10.244.0.5 . 10.96.0.10 . udp"));
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = echo.accept();
        Thread.ofVirtual().start(() -> echo(socket));
      }
    } catch (IOException closed) {
      // the test has ended
    }
  }

  private static void echo(Socket socket) {
    try (socket) {
      socket.getInputStream().transferTo(socket.getOutputStream());
    } catch (IOException closed) {
      // by the pod
    }
  }

  /** A policy that lets the pod reach the name server and these names, and nobody else. */
  static Policy allowlist(String... names) {
    return clusterPolicy(
        Tier.ADMIN,
        POLICY,
        1,
        PodSelector.inNamespaces(LabelSelector.EVERYTHING, selector("app", "client")),
        Optional.empty(),
        Optional.of(
            PolicyRules.of(
                List.of(
                    allow(
                        List.of(podsOf(selector(), selector("k8s-app", "kube-dns"))),
                        udp(DnsNode.SERVER_PORT),
                        tcp(DnsNode.SERVER_PORT)),
                    allow(List.of(new Peer.DomainNames(new TreeSet<>(Set.of(names)))), tcp(PORT)),
                    rule(Action.DENY, List.of(block("0.0.0.0/0"), block("::/0")))))));
  }

  /** Has the policy in force. */
  void enforce(Policy policy) {
    policies.put(policy.fullName(), policy);
    Set<String> names =
        policy.egress().orElseThrow().rules().stream()
            .flatMap(rule -> rule.peers().stream())
            .filter(Peer.DomainNames.class::isInstance)
            .flatMap(peer -> ((Peer.DomainNames) peer).names().stream())
            .collect(Collectors.toCollection(TreeSet::new));
    Eventually.within(
        DEADLINE,
        () -> assertThat(policyTable()).contains("comment \"" + String.join(",", names) + "\""));
    // the pass that has made these may not have led packets to them yet
    int before = passes.get();
    enforcement.lookAgain();
    Eventually.within(DEADLINE, () -> assertThat(passes).hasValueGreaterThan(before));
    awaitServed();
  }

  String policyTable() {
    return Nft.ruleset(node.host);
  }

  /** How many packets the policy has dropped. */
  long denied() {
    Matcher counters = DENIED.matcher(policyTable());
    long packets = 0;
    while (counters.find()) {
      packets += Long.parseLong(counters.group(1));
    }
    return packets;
  }

  /** A connection of the pod. */
  Socket connect(String address) throws IOException {
    return connect(address, LONG_MILLIS);
  }

  /** Whether a new connection of the pod gets through. */
  boolean connects(String address) {
    try (Socket socket = connect(address, SHORT_MILLIS)) {
      return socket.isConnected();
    } catch (IOException dropped) {
      return false;
    }
  }

  private Socket connect(String address, int millis) throws IOException {
    Socket socket = DnsNode.in(node.pod, Socket::new);
    try {
      DnsNode.in(
          node.pod,
          () -> {
            socket.setSoTimeout(LONG_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), PORT), millis);
            return socket;
          });
      return socket;
    } catch (AssertionError failed) {
      socket.close();
      throw failed.getCause() instanceof IOException refused ? refused : new IOException(failed);
    }
  }

  /** Sends a byte and waits until it comes back. */
  static void assertAlive(Socket socket) throws IOException {
    socket.getOutputStream().write('x');
    socket.getOutputStream().flush();
    assertThat(socket.getInputStream().read()).isEqualTo('x');
  }

  @Override
  public void close() throws IOException {
    stop();
    node.close();
    server.close();
    echo.close();
  }
}
