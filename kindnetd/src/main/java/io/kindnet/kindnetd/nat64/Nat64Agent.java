package io.kindnet.kindnetd.nat64;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.agent.NftablesSupport;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.cluster.nodes.ClusterNode;
import io.kindnet.kindnetd.cluster.nodes.NodeView;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.route.NextHop;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteEvent;
import io.kindnet.netlink.route.RouteEvent.LinkChanged;
import io.kindnet.netlink.route.RouteEvent.LinkRemoved;
import io.kindnet.netlink.route.RouteEvent.RouteChanged;
import io.kindnet.netlink.route.RouteEvent.RouteRemoved;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets pods that have IPv6 only reach servers of IPv4, on a node whose pod CIDRs are all of IPv6
 * and that has a default route of IPv4; elsewhere it makes nothing. All is done by the kernel and
 * goes on without this.
 */
public final class Nat64Agent implements Agent {
  /** The table that the rules are in. */
  public static final Table TABLE = Nat64Table.TABLE;

  /** The routing protocol number of the routes to the prefix and to the pool. */
  public static final int ROUTE_PROTOCOL = 64;

  private static final Logger log = LoggerFactory.getLogger(Nat64Agent.class);

  /** The link by which pods' packets come in again, once they are translated. */
  public static final String TRANSLATED_LINK = Nat64Links.IPV4_END;

  /** The names of the links at which packets are translated. */
  public static final Set<String> LINKS = Set.of(Nat64Links.IPV6_END, Nat64Links.IPV4_END);

  private static final String NAME = "nat64";
  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(60);

  private final Nat64Options options;
  private final NodeView nodes;
  private final NodePods nodePods;
  private final Supplier<Set<IpPrefix>> serviceRanges;
  private final String podLinkPrefix;
  private final IntSupplier podMtu;
  private final RouteSocket kernel;
  private final KernelWatch<RouteEvents.Batch> routeEvents;
  private final KernelWatch<NftablesEvents.Events> nftablesEvents;
  private final Consumer<RouteEvents.Batch> linkListener = this::see;
  private final Consumer<NftablesEvents.Events> tableListener = this::see;
  private final Nat64Table table;
  private final Nat64Links links;
  private final AddressClash clash;
  private final AgentStatus status;
  private final ReconcileLoop loop;
  private volatile @Nullable TranslationPrograms programs;
  private volatile Optional<String> description = Optional.empty();
  // of the loop's thread alone
  private @Nullable PodTranslations pods;
  private boolean isInPlace;
  private boolean isAbsent;

  /**
   * @param serviceRanges where Services have their addresses; empty as long as that is not known
   * @param podLinkPrefix what the names of the links to pods begin with
   * @param podMtu the largest packet that pods take, in bytes
   * @param kernel links and routes; stays the caller's to close
   * @param routeEvents what others do to them
   * @param nftables gives the socket of the network namespace in which {@link #start} is called;
   *     stays the caller's to close
   * @param nftablesEvents what others than {@code nftables} do there
   */
  public Nat64Agent(
      Nat64Options options,
      NodeView nodes,
      NodePods nodePods,
      Supplier<Set<IpPrefix>> serviceRanges,
      String podLinkPrefix,
      IntSupplier podMtu,
      RouteSocket kernel,
      KernelWatch<RouteEvents.Batch> routeEvents,
      Supplier<NftablesSocket> nftables,
      KernelWatch<NftablesEvents.Events> nftablesEvents,
      Status status) {
    this.options = options;
    this.nodes = nodes;
    this.nodePods = nodePods;
    this.serviceRanges = serviceRanges;
    this.podLinkPrefix = podLinkPrefix;
    this.podMtu = podMtu;
    this.kernel = kernel;
    this.routeEvents = routeEvents;
    this.nftablesEvents = nftablesEvents;
    this.table = new Nat64Table(options, nftables);
    this.links = new Nat64Links(kernel, ROUTE_PROTOCOL, options.prefix(), options.pool());
    this.clash = new AddressClash(List.of(options.prefix(), options.pool()), ROUTE_PROTOCOL);
    this.status = status.optionalAgent(NAME);
    this.status.detail(() -> description);
    this.loop = new ReconcileLoop(NAME, CHECK_INTERVAL, this::reconcile, this.status);
    Nat64Metrics.show(
        status, () -> programs == null ? Nat64Counts.NONE : table.counts(), this::programCounts);
  }

  private Map<PacketCounter, Count> programCounts() {
    TranslationPrograms loaded = programs;
    Map<PacketCounter, Count> counts = new EnumMap<>(PacketCounter.class);
    if (loaded != null) {
      for (PacketCounter counter : PacketCounter.values()) {
        counts.put(counter, loaded.count(counter));
      }
    }
    return counts;
  }

  @Override
  public AgentStatus status() {
    return status;
  }

  @Override
  public void start() {
    boolean hasNftables =
        NftablesSupport.runIfPresent(
            () -> status.dependsOn(nftablesEvents.subscribe(tableListener)));
    if (!hasNftables) {
      describe("off: this kernel has no nftables");
      status.beginReady();
      return;
    }
    status.dependsOn(routeEvents.subscribe(linkListener));
    nodes.onChange(() -> loop.request(Pass.CHANGES));
    nodePods.onChange(() -> loop.request(Pass.CHANGES));
    loop.start();
  }

  private void see(RouteEvents.Batch next) {
    if (next.lost() || next.events().stream().anyMatch(this::concerns)) {
      loop.request(Pass.KERNEL);
    } else if (programs != null && next.events().stream().anyMatch(this::isAboutPods)) {
      loop.request(Pass.CHANGES);
    }
  }

  /** A pod's link comes after its row in the database, and goes before it. */
  private boolean isAboutPods(RouteEvent event) {
    return switch (event) {
      case LinkChanged changed -> changed.link().name().startsWith(podLinkPrefix);
      case LinkRemoved removed -> removed.link().name().startsWith(podLinkPrefix);
      default -> false;
    };
  }

  private boolean concerns(RouteEvent event) {
    return switch (event) {
      case LinkChanged changed -> Nat64Links.concerns(changed.link());
      case LinkRemoved removed -> Nat64Links.concerns(removed.link());
      case RouteChanged(Route route) -> concerns(route);
      case RouteRemoved(Route route) -> concerns(route);
      default -> false;
    };
  }

  private boolean concerns(Route route) {
    return route.protocol() == ROUTE_PROTOCOL
        || (route.isDefault() && route.family() == AddressFamily.IPV4);
  }

  private void see(NftablesEvents.Events next) {
    if (next.lost() || next.commits().stream().anyMatch(commit -> commit.touches(TABLE))) {
      loop.request(Pass.KERNEL);
    }
  }

  private Optional<String> reconcile(Pass pass) throws IOException, CniException {
    Optional<List<IpPrefix>> cidrs =
        nodes.snapshot().flatMap(snapshot -> snapshot.self()).map(ClusterNode::podCidrs);
    if (cidrs.isEmpty() || cidrs.get().isEmpty()) {
      return Optional.of("waiting for the pod CIDRs of this node"); // all stays as it is
    }
    boolean onlyIpv6 = cidrs.get().stream().allMatch(cidr -> cidr.family() == AddressFamily.IPV6);
    if (!onlyIpv6) {
      describe("off: pods of this node have IPv4");
      if (!isAbsent) {
        isAbsent = remove();
      }
      return Optional.empty();
    }
    Optional<Route> out = kernel.routes().defaultRoute(AddressFamily.IPV4);
    if (out.isEmpty() && !isInPlace) {
      describe("off: this node has no default route of IPv4");
      return Optional.empty();
    }
    isAbsent = false;
    if (pass == Pass.KERNEL || !isInPlace) {
      clash.refuse(kernel, nodes.snapshot(), serviceRanges.get());
      ensure(out);
    }
    Optional<Map<InetAddress, String>> present = nodePods.read();
    if (present.isEmpty()) {
      return Optional.of("waiting for the Pods of this node"); // those of before stay
    }
    PodTranslations translated = pods;
    if (translated != null) {
      translated.update(present.get());
      describe(options.prefix() + ", " + translated.count() + " pods");
    }
    return Optional.empty();
  }

  private void ensure(Optional<Route> out) throws IOException {
    TranslationPrograms loaded = programs;
    if (loaded == null) {
      loaded = TranslationPrograms.load(links.programs());
      programs = loaded;
      pods = new PodTranslations(loaded, options.pool());
    }
    int mtu = podMtu.getAsInt();
    loaded.configure(new TranslationPrefix(options.prefix()), TranslationMtu.segment(mtu));
    int changes = table.ensure() ? 1 : 0;
    changes += links.ensure(loaded, mtu);
    for (NextHop hop : out.map(Route::nextHops).orElse(List.of())) {
      changes += Nat64Links.forward(kernel.links().byIndex(hop.linkIndex()).name());
    }
    if (isInPlace && changes > 0) {
      log.warn("NAT64 had been changed by others, put right");
      status.repaired(changes);
    }
    isInPlace = true;
  }

  private void describe(String now) {
    description = Optional.of(now);
  }

  /** Returns true, once nothing is left. */
  private boolean remove() {
    boolean removed = Nat64Links.remove(kernel);
    boolean hadTable = NftablesSupport.removeIfPresent(table::remove);
    TranslationPrograms loaded = programs;
    programs = null;
    pods = null;
    isInPlace = false;
    if (loaded != null) {
      loaded.close();
    }
    if (removed || hadTable) {
      log.info("removed NAT64: its links, routes, programs and table");
    }
    return true;
  }

  /**
   * Removes the links of an earlier run, and with them routes and programs.
   *
   * @return whether there were any
   */
  public static boolean removeLinks(RouteSocket kernel) {
    return Nat64Links.remove(kernel);
  }

  @Override
  public void close() {
    loop.close();
    routeEvents.unsubscribe(linkListener);
    nftablesEvents.unsubscribe(tableListener);
    TranslationPrograms loaded = programs;
    if (loaded != null) {
      loaded.close();
    }
  }

  @Override
  public void removeState() {
    remove();
  }
}
