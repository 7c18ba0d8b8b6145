package io.kindnet.kindnetd.routes;

import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.cluster.nodes.ClusterSnapshot;
import io.kindnet.kindnetd.cluster.nodes.NodeView;
import io.kindnet.kindnetd.routes.RouteTable.Listing;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Diagnostic;
import io.kindnet.kindnetd.status.OnceLogger;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteFailure;
import io.kindnet.netlink.route.RouteSocket;
import io.prometheus.metrics.core.metrics.Gauge;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the routes to the pods of all other nodes, and makes unreachable what of this node's pod
 * CIDRs no pod has.
 */
public final class RouteAgent implements Agent {
  /** The name of this part in metrics and in {@code /readyz}. */
  public static final String NAME = "routes";

  /** The routing protocol number of its routes: {@code K}. */
  public static final int ROUTE_PROTOCOL = PeerRoutes.RTPROT_KINDNETD;

  private static final Logger log = LoggerFactory.getLogger(RouteAgent.class);
  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(60);

  private final NodeView nodes;
  private final RouteTable table;
  private final AgentStatus status;
  private final Gauge routeCount;
  private final Gauge unroutedCount;
  private final ReconcileLoop loop;
  private final RouteWatch watch;
  private final OnceLogger onceLogger = new OnceLogger();

  private Reachability reachability =
      new Reachability(List.of(), List.of(), address -> Optional.empty());
  private RoutePlan installed = RoutePlan.empty();
  private final UnusableRoutes unusable = new UnusableRoutes();

  /**
   * @param socket the network namespace; stays the caller's to close
   * @param events what others than {@code socket} do there
   */
  public RouteAgent(
      NodeView nodes, RouteSocket socket, KernelWatch<RouteEvents.Batch> events, Status status) {
    this.nodes = nodes;
    this.table = new RouteTable(socket);
    this.status = status.agent(NAME);
    this.status.detail(unusable::detail);
    this.routeCount = status.gauge("kindnet_routes", "Routes to pods of other nodes.", "family");
    this.unroutedCount =
        status.gauge(
            "kindnet_unrouted_pod_cidrs",
            "Pod CIDRs of other nodes without a route, for the reasons in the log.");
    this.loop = new ReconcileLoop(NAME, CHECK_INTERVAL, this::reconcile, this.status);
    this.watch = new RouteWatch(events, () -> loop.request(Pass.KERNEL));
  }

  @Override
  public AgentStatus status() {
    return status;
  }

  @Override
  public void start() {
    status.dependsOn(watch.start());
    nodes.onChange(() -> loop.request(Pass.CHANGES));
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
    watch.close();
  }

  @Override
  public void removeState() throws IOException {
    Listing present = table.list();
    RouteChange removal = RouteChange.between(present.own(), present.duplicates(), Map.of());
    RouteUpdateException.throwIfAny(table.apply(removal), RoutePlan.empty());
    if (!present.own().isEmpty()) {
      log.info("removed {} routes, routing is disabled", present.own().size());
    }
  }

  private Optional<String> reconcile(Pass pass) throws IOException {
    Optional<ClusterSnapshot> snapshot = nodes.snapshot();
    if (snapshot.isEmpty()) {
      removeHazards();
      return Optional.of("waiting for the list of Nodes");
    }
    if (pass == Pass.KERNEL) {
      Listing present = table.list();
      reachability = table.reachability(present);
      RoutePlan plan = RoutePlan.of(snapshot.get(), reachability);
      noteRepairs(plan, present.own());
      unusable.clear(); // they are tried again
      apply(plan, RouteChange.between(present.own(), present.duplicates(), plan.routes()));
    } else {
      RoutePlan plan = RoutePlan.of(snapshot.get(), reachability, installed);
      apply(plan, RouteChange.between(installed.routes(), List.of(), plan.routes()));
    }
    return Optional.empty();
  }

  /**
   * A route of an earlier version may be why there is no list: it may lead away from the API
   * server, or from what is on the way there. All others stay, since pods need them.
   */
  private void removeHazards() throws IOException {
    Listing present = table.list();
    List<Route> hazards = new ArrayList<>(present.own().values());
    hazards.addAll(present.duplicates());
    hazards.removeIf(
        route -> nodes.objection(route.destination(), OwnCidrRoutes.contain(route)).isEmpty());
    if (hazards.isEmpty()) {
      return;
    }
    RouteUpdateException.throwIfAny(
        table.apply(new RouteChange(List.of(), hazards)), RoutePlan.empty());
    Route first = hazards.getFirst();
    log.warn(
        "removed before the Nodes are known: {} of the routes, such as {}: {}",
        hazards.size(),
        first,
        nodes.objection(first.destination(), OwnCidrRoutes.contain(first)).orElse("no longer"));
  }

  private void apply(RoutePlan plan, RouteChange change) throws IOException {
    // first, since others may undo a change as soon as it is made
    watch.expect(plan);
    installed = RoutePlan.empty();
    List<RouteFailure> failures = unusable.setAside(table.apply(change), plan);
    Set<Diagnostic> diagnostics = unusable.diagnostics(plan);
    diagnostics.addAll(plan.diagnostics());
    onceLogger.show(diagnostics);
    report(plan, failures);
    // what was refused was not taken away by others
    RouteUpdateException.throwIfAny(failures, plan);
    installed = plan;
  }

  /** What was there, should be there, and is not there, somebody else took away. */
  private void noteRepairs(RoutePlan plan, Map<IpPrefix, Route> present) {
    List<Route> taken = new ArrayList<>();
    for (Route route : installed.routes().values()) {
      if (route.equals(plan.routes().get(route.destination()))
          && !unusable.contains(route.destination())
          && !route.equals(present.get(route.destination()))) {
        taken.add(route);
      }
    }
    if (!taken.isEmpty()) {
      log.warn(
          "removed or changed by others: {} of the routes, such as {}",
          taken.size(),
          taken.getFirst());
      status.repaired(taken.size());
    }
  }

  private void report(RoutePlan plan, List<RouteFailure> failures) {
    Map<AddressFamily, Integer> counts = new EnumMap<>(plan.counts());
    List<RouteFailure> all = new ArrayList<>(failures);
    all.addAll(unusable.all());
    int missing = 0;
    for (RouteFailure failure : all) {
      Route route = failure.route();
      if (!OwnCidrRoutes.contain(route) && route.equals(plan.routes().get(route.destination()))) {
        counts.merge(route.family(), -1, Integer::sum);
        missing++;
      }
    }
    unroutedCount.set(plan.unrouted() + missing);
    counts.forEach((family, count) ->
        routeCount.labelValues(family.name().toLowerCase(Locale.ROOT)).set(count));
  }
}
