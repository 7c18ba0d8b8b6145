package io.kindnet.kindnetd.nat64;

import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.cluster.nodes.ClusterNode;
import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A node of an IPv6-only cluster, whose way to servers of IPv4 is through a router, and what the
 * agent needs of its kernel.
 */
final class Nat64Node implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  static final String POD = "fd00:10:244::5";
  static final String POD_CIDR = "fd00:10:244::/64";

  /** The node, as servers see it. */
  static final String NODE = "192.0.2.1";

  /** A server, which is not global but allowed. */
  static final String SERVER = "198.51.100.9";

  /** The same, as pods see it. */
  static final String SERVER_V6 = "64:ff9b::198.51.100.9";

  static final Nat64Options OPTIONS =
      new Nat64Options(
          true,
          IpPrefix.parse("64:ff9b::/96"),
          IpPrefix.parse("240.64.0.0/16"),
          List.of(IpPrefix.parse("198.51.100.0/24")));

  final ClusterNodes nodes = new ClusterNodes("self");
  private final FixturePods pods = new FixturePods();
  private volatile Set<IpPrefix> serviceRanges = Set.of();
  final Status status = new Status("test");
  final NetworkNamespace entered;
  private final Namespace node;
  private final RouteSocket kernel;
  private final NftablesSocket nftables;
  private final KernelWatch<RouteEvents.Batch> routeEvents;
  private final KernelWatch<NftablesEvents.Events> nftablesEvents;

  /** Connects the node by {@code router} with {@code server}, none of which has IPv6. */
  Nat64Node(Namespace node, Namespace router, Namespace server) {
    this.node = node;
    entered = NetworkNamespace.open(node.path().toString());
    kernel = RouteSocket.open(entered);
    nftables = entered.call(NftablesSocket::open);
    routeEvents = KernelWatch.ofRoutes(kernel);
    nftablesEvents =
        KernelWatch.ofNftables(
            () -> entered.call(() -> NftablesEvents.excludingOwn(nftables.portId())));
    node.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1");
    node.connect("eth0", router, "node");
    router.connect("server", server, "eth0");
    router.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
    Ip.batch(node, "address add " + NODE + "/24 dev eth0\nroute add default via 192.0.2.2\n");
    Ip.batch(router, "address add 192.0.2.2/24 dev node\naddress add 198.51.100.1/24 dev server\n");
    Ip.batch(
        server, "address add " + SERVER + "/24 dev eth0\nroute add default via 198.51.100.1\n");
  }

  /** The same with {@code pod} on the node, which has the address {@link #POD}. */
  Nat64Node(Namespace node, Namespace pod, Namespace router, Namespace server) {
    this(node, router, server);
    plug("knet1", pod, POD);
  }

  /** Gives {@code pod} a link of its own, as the plugin does. */
  void plug(String link, Namespace pod, String address) {
    node.connect(link, pod, "eth0");
    Ip.batch(
        node,
        "address add fe80::1/64 dev "
            + link
            + " nodad\nroute add "
            + address
            + " dev "
            + link
            + "\n");
    Ip.batch(
        pod,
        "address add " + address + "/128 dev eth0 nodad\nroute add default via fe80::1 dev eth0\n");
  }

  /**
   * The cluster says that the pods of this node are of {@code cidrs}, and that something changed.
   */
  void podCidrs(String... cidrs) {
    List<IpPrefix> prefixes = List.of(cidrs).stream().map(IpPrefix::parse).toList();
    nodes.put(node(List.of(IpPrefix.parse("fd00:10:245::/64"))));
    nodes.put(node(prefixes));
    nodes.markComplete();
  }

  private static ClusterNode node(List<IpPrefix> podCidrs) {
    return new ClusterNode("self", "", podCidrs, List.of(), List.of(), "");
  }

  Nat64Agent agent() {
    return agent(OPTIONS, status);
  }

  Nat64Agent agent(Nat64Options options, Status of) {
    return new Nat64Agent(
        options,
        nodes,
        pods,
        () -> serviceRanges,
        "knet",
        () -> 1500,
        kernel,
        routeEvents,
        () -> nftables,
        nftablesEvents,
        of);
  }

  /** Starts {@code agent} in the network namespace of the node. */
  void start(Nat64Agent agent) {
    entered.call(() -> {
      agent.start();
      return true;
    });
  }

  /** Starts {@code agent}, to which {@code pod} is the Pod "a"; it reaches the server on return. */
  void translate(Nat64Agent agent, Namespace pod) {
    addPod(POD, "a");
    start(agent);
    awaitPing(pod);
  }

  /** Waits until {@code pod} reaches the server. */
  static void awaitPing(Namespace pod) {
    Eventually.within(DEADLINE, () -> pod.run("ping", "-c", "1", "-W", "2", SERVER_V6));
  }

  @Override
  public void close() {
    nftablesEvents.close();
    routeEvents.close();
    nftables.close();
    kernel.close();
    entered.close();
  }

  /** The cluster has another node, whose pods are of {@code cidr}. */
  void addPeer(String cidr) {
    nodes.put(new ClusterNode("peer", "", List.of(IpPrefix.parse(cidr)), List.of(), List.of(), ""));
  }

  /** There is no other node any more. */
  void removePeer() {
    nodes.remove("peer");
  }

  /** Says where Services have their addresses; nothing is looked at because of that. */
  void serviceRanges(String... ranges) {
    serviceRanges = Set.copyOf(List.of(ranges).stream().map(IpPrefix::parse).toList());
  }

  /** Says that {@code address} is the one of the pod {@code id}. */
  void addPod(String address, String id) {
    pods.pods.put(IpAddresses.parse(address), id);
    podCidrs(POD_CIDR); // has the agent look
  }

  /** Says that the pod with {@code address} is gone. */
  void removePod(String address) {
    pods.pods.remove(IpAddresses.parse(address));
    podCidrs(POD_CIDR);
  }

  private static final class FixturePods implements NodePods {
    private final Map<InetAddress, String> pods = new ConcurrentHashMap<>();

    @Override
    public Optional<Map<InetAddress, String>> read() {
      return Optional.of(Map.copyOf(pods));
    }

    @Override
    public void onChange(Runnable listener) {
      // the Node changes with each
    }
  }
}
