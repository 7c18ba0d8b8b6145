package io.kindnet.kindnetd.fastpath;

import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.conntrack.ConntrackSocket;
import io.kindnet.netlink.conntrack.Flow;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Nft;
import java.util.Optional;
import java.util.Set;

/** A node that forwards, and what the agent needs of its kernel. */
final class FastPathNode implements AutoCloseable {
  static final String OUTSIDE = "192.0.2.9";
  static final int THRESHOLD = 20;

  private static final int IPS_OFFLOAD = 1 << 14;

  final NftablesSocket nftables;
  final KernelWatch<NftablesEvents.Events> nftablesEvents;
  final NetworkNamespace entered;
  final Status status = new Status("test");
  private final Namespace node;
  private final RouteSocket kernel;
  private final KernelWatch<RouteEvents.Batch> routeEvents;
  private final ConntrackSocket conntrack;

  FastPathNode(Namespace node) {
    this.node = node;
    entered = NetworkNamespace.open(node.path().toString());
    nftables = entered.call(NftablesSocket::open);
    conntrack = entered.call(ConntrackSocket::open);
    kernel = RouteSocket.open(entered);
    routeEvents = KernelWatch.ofRoutes(kernel);
    nftablesEvents =
        KernelWatch.ofNftables(
            () -> entered.call(() -> NftablesEvents.excludingOwn(nftables.portId())));
    node.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
  }

  /** Connects the node with {@code outside}, which gets {@link #OUTSIDE}. */
  void connect(Namespace outside) {
    node.connect("eth0", outside, "eth0");
    Ip.batch(node, "address add 192.0.2.1/24 dev eth0\n");
    Ip.batch(outside, "address add " + OUTSIDE + "/24 dev eth0\nroute add default via 192.0.2.1\n");
  }

  /** Gives {@code pod} a link of its own, as the plugin does. */
  void plug(String link, Namespace pod, String address) {
    node.connect(link, pod, "eth0");
    Ip.batch(
        node,
        "address add 10.244.0.1/32 dev " + link + "\nroute add " + address + " dev " + link + "\n");
    Ip.batch(
        pod,
        "address add "
            + address
            + "/32 dev eth0\nroute add 10.244.0.1 dev eth0\n"
            + "route add default via 10.244.0.1\n");
  }

  FastPathAgent agent(boolean byPolicies) {
    return new FastPathAgent(
        new FastPathOptions(THRESHOLD),
        byPolicies,
        "knet",
        Set.of(),
        kernel,
        routeEvents,
        () -> nftables,
        nftablesEvents,
        status);
  }

  /** Starts {@code agent} in the network namespace of the node. */
  void start(FastPathAgent agent) {
    entered.call(() -> {
      agent.start();
      return true;
    });
  }

  /** The table as {@code nft} lists it; empty if there is none. */
  String table() {
    return Nft.withoutCounters(
        node.tryRun("nft", "list", "table", "inet", "kindnet-fastpath").stdout());
  }

  /** The connection that {@code client} began from {@code port}. */
  Optional<Flow> flow(String client, int port) {
    return conntrack.list(AddressFamily.IPV4).stream()
        .filter(flow -> IpAddresses.format(flow.original().source()).equals(client))
        .filter(flow -> flow.original().sourcePort() == port)
        .findFirst();
  }

  /** Whether the packets of that connection take the fast path. */
  boolean isOffloaded(String client, int port) {
    return flow(client, port).filter(flow -> (flow.status() & IPS_OFFLOAD) != 0).isPresent();
  }

  /** Has connection tracking forget the connections of {@code client} from {@code port}. */
  void forget(String client, int port) {
    node.run("conntrack", "-D", "-s", client, "-p", "udp", "--sport", String.valueOf(port));
  }

  @Override
  public void close() {
    nftablesEvents.close();
    routeEvents.close();
    kernel.close();
    conntrack.close();
    nftables.close();
    entered.close();
  }
}
