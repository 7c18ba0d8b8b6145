package io.kindnet.kindnetd.dnscache;

import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.dnscache.kernel.DnsRouting;
import io.kindnet.kindnetd.dnscache.kernel.DnsTable;
import io.kindnet.kindnetd.dnscache.kernel.DnsTableWriter;
import io.kindnet.kindnetd.dnscache.resolver.CachingResolver;
import io.kindnet.kindnetd.dnscache.resolver.NameServer;
import io.kindnet.kindnetd.dnscache.resolver.Resolver;
import io.kindnet.kindnetd.dnscache.resolver.ResolverOptions;
import io.kindnet.kindnetd.dnscache.resolver.ServerListener;
import io.kindnet.kindnetd.dnscache.server.DnsServer;
import io.kindnet.kindnetd.dnscache.server.ServerLimits;
import io.kindnet.kindnetd.networkpolicy.domains.DomainAddresses;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.route.RouteEvent;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /** Longer than what a server is waited for. */
  private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(3);

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
  private final Map<InetAddress, NameServer> open = new LinkedHashMap<>();
  private final ArrivalCheck arrival;
  private volatile Optional<String> problem = Optional.empty();
  private volatile boolean nothingArrives;
  private volatile @Nullable Resolver resolver;
  private volatile @Nullable DnsServer server;
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
    this.names = new PolicyNames(domains, () -> resolver);
    this.routeEvents = routeEvents;
    this.tableEvents = tableEvents;
    this.status = status.optionalAgent(NAME);
    this.status.detail(() -> nothingArrives ? Optional.of(DROPPED) : problem);
    this.loop = new ReconcileLoop(NAME, CHECK_INTERVAL, this::reconcile, this.status);
    this.arrival =
        new ArrivalCheck(
            table::interceptedDatagrams, this::received, this::giveUp, ARRIVAL_INTERVAL);
    new DnsCacheMetrics(status, () -> resolver, () -> server);
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
    Resolver started =
        new CachingResolver(
            new ResolverOptions(
                defaults.cacheBytes(),
                options.maxTtl(),
                defaults.deadline(),
                defaults.queriesUnderWay()),
            new LoggedSilence(),
            names);
    resolver = started;
    DnsServer listening = new DnsServer(started, DnsTable.MARK, ServerLimits.DEFAULTS);
    server = listening;
    try {
      // what an earlier run allowed may not be allowed any more
      interceptor.start();
      status.dependsOn(tableEvents.subscribe(tableListener));
      status.dependsOn(routeEvents.subscribe(routeListener));
    } catch (RuntimeException refused) {
      listening.close();
      started.close();
      tableEvents.unsubscribe(tableListener);
      throw refused;
    }
    listening.threads().forEach(status::dependsOn);
    nameServers.onChange(() -> {
      flows.serversChanged();
      loop.request(Pass.CHANGES);
    });
    arrival.start();
    loop.start();
  }

  private long received() {
    DnsServer listening = server;
    return listening == null ? 0 : listening.counts().datagrams();
  }

  private void giveUp() {
    nothingArrives = true;
    interceptor.block();
    log.warn(DROPPED);
  }

  private Optional<String> reconcile(Pass pass) throws InterruptedException {
    Optional<Set<InetAddress>> known = nameServers.addresses();
    Resolver asked = resolver;
    DnsServer listening = server;
    if (known.isEmpty() || asked == null || listening == null) {
      return Optional.of(nameServers.missing());
    }
    Set<InetAddress> wanted = known.get();
    List<InetAddress> gone = open.keySet().stream().filter(one -> !wanted.contains(one)).toList();
    if (!gone.isEmpty()) {
      Set<InetAddress> left = new HashSet<>(open.keySet());
      left.removeAll(gone);
      interceptor.serve(left);
      close(gone, asked, listening);
    }
    int before = open.size();
    List<String> refused = open(wanted, asked, listening);
    boolean asBefore = gone.isEmpty() && open.size() == before;
    // a packet that is marked has to find its way
    boolean repaired = routing.write(open.keySet()) > 0;
    repaired |= interceptor.serve(open.keySet());
    if (established && asBefore && repaired && pass == Pass.KERNEL) {
      log.warn("what brings DNS queries to the cache had been changed by others, put right");
      status.repaired(1);
    }
    established = true;
    tell(refused);
    return Optional.empty();
  }

  /** Returns what could not be opened, and why. */
  private List<String> open(Set<InetAddress> wanted, Resolver asked, DnsServer listening) {
    List<String> refused = new ArrayList<>();
    for (InetAddress address : wanted) {
      if (!open.containsKey(address)) {
        NameServer added = asked.add(new InetSocketAddress(address, DnsTable.PORT));
        try {
          listening.open(added);
          open.put(address, added);
          log.info("answers of name server {} are cached", IpAddresses.format(address));
        } catch (KernelException refusal) {
          asked.remove(added);
          refused.add(
              "answers of name server "
                  + IpAddresses.format(address)
                  + " are not cached: "
                  + refusal.getMessage());
        }
      }
    }
    return refused;
  }

  private void close(List<InetAddress> gone, Resolver asked, DnsServer listening)
      throws InterruptedException {
    List<NameServer> closing = new ArrayList<>();
    for (InetAddress address : gone) {
      NameServer closed = open.remove(address);
      if (closed != null) {
        closing.add(closed);
      }
      log.info("answers of name server {} are not cached any more", IpAddresses.format(address));
    }
    listening.retire(closing, DRAIN_TIMEOUT);
    closing.forEach(asked::remove);
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
    DnsServer listening = server;
    Resolver asked = resolver;
    if (listening == null || asked == null) {
      return;
    }
    try {
      interceptor.drain();
      if (!listening.retire(List.copyOf(open.values()), DRAIN_TIMEOUT)) {
        log.info("some DNS queries are left to the servers");
      }
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException refused) {
      log.warn("DNS queries of pods may have to be repeated: {}", refused.getMessage());
    }
    asked.close();
    listening.close();
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
    Resolver asked = resolver;
    return asked == null ? "the cache has not started\n" : DnsCacheReport.of(asked, name);
  }

  /**
   * The same for programs, as JSON.
   *
   * @param name empty for none
   */
  public String jsonReport(String name) {
    Resolver asked = resolver;
    return asked == null ? "{}" : DnsCacheReport.json(asked, name).toString();
  }

  /** A server that does not answer is no fault of this agent. */
  private static final class LoggedSilence implements ServerListener {
    @Override
    public void fellSilent(NameServer server) {
      log.warn("name server {} does not answer", DnsCacheReport.format(server.address()));
    }

    @Override
    public void answersAgain(NameServer server) {
      log.info("name server {} answers again", DnsCacheReport.format(server.address()));
    }
  }
}
