package io.kindnet.kindnetd.dnscache;

import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.dnscache.kernel.DnsRouting;
import io.kindnet.kindnetd.dnscache.kernel.DnsTable;
import io.kindnet.kindnetd.dnscache.kernel.DnsTableWriter;
import io.kindnet.kindnetd.dnscache.resolver.Resolver;
import io.kindnet.kindnetd.dnscache.resolver.ResolverOptions;
import io.kindnet.kindnetd.dnscache.server.DnsServer;
import io.kindnet.kindnetd.networkpolicy.domains.DomainAddresses;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.route.RouteEvent;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the DNS queries of this node's pods from a cache, or else has the name server itself
 * answer them. Pods can do without it: where it does not listen, their queries go to the server as
 * if it were not there.
 */
public final class DnsCacheAgent implements Agent {
  /** The table that all of its rules are in. */
  public static final Table TABLE = DnsTable.TABLE;

  private static final Logger log = LoggerFactory.getLogger(DnsCacheAgent.class);
  private static final String NAME = "dns-cache";
  private static final Duration CHECK_INTERVAL = Duration.ofMinutes(1);
  private static final Duration ARRIVAL_INTERVAL = Duration.ofSeconds(1);
  private static final String DROPPED =
      "what pods send to the name servers does not arrive at the cache, a firewall of this node may"
          + " drop it: their DNS queries go to the name servers until kindnetd is started again";

  private final DnsCacheOptions options;
  private final NameServers nameServers;
  private final DnsRouting routing;
  private final DnsTableWriter table;
  private final Interceptor interceptor;
  private final ServedFlows flows;
  private final PolicyNames names;
  private final KernelWatch<NftablesEvents.Events> tableEvents;
  private final Consumer<NftablesEvents.Events> tableListener = this::see;
  private final KernelWatch<RouteEvents.Batch> routeEvents;
  private final Consumer<RouteEvents.Batch> routeListener = this::see;
  private final AgentStatus status;
  private final ReconcileLoop loop;
  private final ArrivalCheck arrival;
  private volatile Optional<String> problem = Optional.empty();
  private volatile boolean nothingArrives;
  private volatile @Nullable CachedNameServers cached;
  private boolean established;

  /**
   * @param byPolicies whether only those pods are served that policies let reach the name servers;
   *     else all are
   * @param domains is told the addresses in answers before pods get these
   * @param podLinks the names of the interfaces by which pods of this node send; one that ends with
   *     {@code *} stands for all that begin so
   * @param socket the network namespace, in which {@link #start} has to be called, too; stays the
   *     caller's to close
   * @param routeEvents what others than {@code socket} do there
   * @param routeProtocol the number that our routes and rules are told by
   * @param nftables gives the socket of that network namespace; stays the caller's to close
   * @param tableEvents what others than {@code nftables} do there
   */
  public DnsCacheAgent(
      DnsCacheOptions options,
      NameServers nameServers,
      boolean byPolicies,
      DomainAddresses domains,
      List<String> podLinks,
      RouteSocket socket,
      KernelWatch<RouteEvents.Batch> routeEvents,
      int routeProtocol,
      Supplier<NftablesSocket> nftables,
      KernelWatch<NftablesEvents.Events> tableEvents,
      Status status) {
    this.options = options;
    this.nameServers = nameServers;
    this.routing = new DnsRouting(socket, routeProtocol);
    this.table = new DnsTableWriter(podLinks, nftables);
    this.interceptor = new Interceptor(table, byPolicies);
    this.flows = new ServedFlows(nameServers, interceptor);
    this.names = new PolicyNames(domains, this::resolver);
    this.routeEvents = routeEvents;
    this.tableEvents = tableEvents;
    this.status = status.optionalAgent(NAME);
    this.status.detail(() -> nothingArrives ? Optional.of(DROPPED) : problem);
    this.loop = new ReconcileLoop(NAME, CHECK_INTERVAL, this::reconcile, this.status);
    this.arrival =
        new ArrivalCheck(
            table::interceptedDatagrams, this::received, this::giveUp, ARRIVAL_INTERVAL);
    new DnsCacheMetrics(status, this::resolver, this::server);
  }

  private @Nullable Resolver resolver() {
    CachedNameServers started = cached;
    return started == null ? null : started.resolver();
  }

  private @Nullable DnsServer server() {
    CachedNameServers started = cached;
    return started == null ? null : started.server();
  }

  @Override
  public AgentStatus status() {
    return status;
  }

  /** Is to be told which policies are in force, where there are any. */
  public ServedFlows flows() {
    return flows;
  }

  @Override
  public void start() {
    ResolverOptions defaults = ResolverOptions.DEFAULTS;
    CachedNameServers started =
        CachedNameServers.start(
            new ResolverOptions(
                defaults.cacheBytes(),
                options.maxTtl(),
                defaults.deadline(),
                defaults.queriesUnderWay()),
            names);
    cached = started;
    try {
      // what an earlier run allowed may not be allowed any more
      interceptor.start();
      status.dependsOn(tableEvents.subscribe(tableListener));
      status.dependsOn(routeEvents.subscribe(routeListener));
    } catch (RuntimeException refused) {
      started.close();
      tableEvents.unsubscribe(tableListener);
      throw refused;
    }
    started.server().threads().forEach(status::dependsOn);
    nameServers.onChange(() -> {
      flows.serversChanged();
      loop.request(Pass.CHANGES);
    });
    // what has changed before anybody listened
    flows.serversChanged();
    arrival.start();
    loop.start();
  }

  private long received() {
    DnsServer listening = server();
    return listening == null ? 0 : listening.counts().datagrams();
  }

  private void giveUp() {
    nothingArrives = true;
    interceptor.block();
    log.warn(DROPPED);
  }

  private Optional<String> reconcile(Pass pass) throws InterruptedException {
    Optional<Set<InetAddress>> known = nameServers.addresses();
    CachedNameServers servers = cached;
    if (known.isEmpty() || servers == null) {
      return Optional.of(nameServers.missing());
    }
    Set<InetAddress> wanted = known.get();
    Set<InetAddress> before = servers.addresses();
    if (!wanted.containsAll(before)) {
      Set<InetAddress> left = new HashSet<>(before);
      left.retainAll(wanted);
      interceptor.serve(left);
      servers.closeAllBut(left);
    }
    List<String> refused = servers.open(wanted);
    Set<InetAddress> open = servers.addresses();
    // a packet that is marked has to find its way
    boolean repaired = routing.write(open) > 0;
    repaired |= interceptor.serve(open);
    if (established && open.equals(before) && repaired && pass == Pass.KERNEL) {
      log.warn("what brings DNS queries to the cache had been changed by others, put right");
      status.repaired(1);
    }
    established = true;
    tell(refused);
    return Optional.empty();
  }

  private void tell(List<String> refused) {
    Optional<String> now =
        refused.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", refused));
    if (!now.equals(problem)) {
      now.ifPresent(log::warn);
    }
    problem = now;
  }

  private void see(NftablesEvents.Events next) {
    if (next.lost() || next.commits().stream().anyMatch(commit -> commit.touches(TABLE))) {
      loop.request(Pass.KERNEL);
    }
  }

  private void see(RouteEvents.Batch batch) {
    boolean concerned = batch.lost();
    for (RouteEvent event : batch.events()) {
      concerned |=
          switch (event) {
            case RouteEvent.RuleChanged ignored -> true;
            case RouteEvent.RouteRemoved(var route) -> DnsRouting.concerns(route);
            case RouteEvent.RouteChanged(var route) -> DnsRouting.concerns(route);
            default -> false;
          };
    }
    if (concerned) {
      loop.request(Pass.KERNEL);
    }
  }

  /**
   * Lets queries go to the servers again, answers what has come, and ends. What is in the kernel
   * stays there, and does nothing without the sockets.
   */
  @Override
  public void close() {
    arrival.close();
    loop.close();
    tableEvents.unsubscribe(tableListener);
    routeEvents.unsubscribe(routeListener);
    CachedNameServers servers = cached;
    if (servers == null) {
      return;
    }
    try {
      interceptor.drain();
      if (!servers.closeAllBut(Set.of())) {
        log.info("some DNS queries are left to the servers");
      }
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException refused) {
      log.warn("DNS queries of pods may have to be repeated: {}", refused.getMessage());
    }
    servers.close();
  }

  /**
   * Removes what brings marked packets to this machine.
   *
   * @return how many rules and routes there were
   */
  public static int removeRoutes(RouteSocket socket, int routeProtocol) {
    return new DnsRouting(socket, routeProtocol).remove();
  }

  @Override
  public void removeState() {
    boolean hadTable = table.remove();
    boolean hadRoutes = routing.remove() > 0;
    if (hadTable || hadRoutes) {
      log.info("removed table {} and its routes, DNS answers are not cached", TABLE);
    }
  }

  /**
   * How the servers and the cache are, and what is cached for a name, for people.
   *
   * @param name empty for none
   */
  public String report(String name) {
    Resolver asked = resolver();
    return asked == null ? "the cache has not started\n" : DnsCacheReport.of(asked, name);
  }

  /**
   * The same for programs, as JSON.
   *
   * @param name empty for none
   */
  public String jsonReport(String name) {
    Resolver asked = resolver();
    return asked == null ? "{}" : DnsCacheReport.json(asked, name).toString();
  }
}
