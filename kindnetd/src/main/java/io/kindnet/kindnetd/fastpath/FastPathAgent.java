package io.kindnet.kindnetd.fastpath;

import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.agent.NftablesSupport;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.networkpolicy.EnforcementListener;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteEvent;
import io.kindnet.netlink.route.RouteEvent.LinkChanged;
import io.kindnet.netlink.route.RouteEvent.LinkRemoved;
import io.kindnet.netlink.route.RouteEvent.RouteChanged;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has flows take the fast path between the interfaces of pods that no policy selects and those that
 * the node reaches others by. Where the kernel has no flowtables all goes the usual way, and {@code
 * /readyz} says so.
 */
public final class FastPathAgent implements Agent {
  /** The table that all of it is in. */
  public static final Table TABLE = FastPathTable.TABLE;

  private static final Logger log = LoggerFactory.getLogger(FastPathAgent.class);
  private static final String NAME = "fast-path";

  /** What kernels say that have no flowtables, or no nftables at all. */
  private static final Set<Errno> WITHOUT =
      EnumSet.of(Errno.EOPNOTSUPP, Errno.ENOENT, Errno.EPROTONOSUPPORT);

  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(60);

  private final FastPathTable table;
  private final FastPathReconciler reconciler;
  private final KernelWatch<RouteEvents.Batch> routeEvents;
  private final KernelWatch<NftablesEvents.Events> nftablesEvents;
  private final Consumer<RouteEvents.Batch> linkListener = this::see;
  private final Consumer<NftablesEvents.Events> tableListener = this::see;
  private final AgentStatus status;
  private final ReconcileLoop loop;
  private volatile Optional<String> missing = Optional.empty();

  /**
   * @param byPolicies whether network policies are enforced, which {@link #policies} is told of
   * @param podLinkPrefix what the names of the interfaces begin with that lead to pods of our
   *     plugin
   * @param translating the names of interfaces at which packets become those of another family
   * @param kernel tells the interfaces; stays the caller's to close
   * @param routeEvents tells when they change
   * @param nftables gives the socket of the network namespace in which {@link #start} is called;
   *     stays the caller's to close
   * @param nftablesEvents what others than {@code nftables} do there
   */
  public FastPathAgent(
      FastPathOptions options,
      boolean byPolicies,
      String podLinkPrefix,
      Set<String> translating,
      RouteSocket kernel,
      KernelWatch<RouteEvents.Batch> routeEvents,
      Supplier<NftablesSocket> nftables,
      KernelWatch<NftablesEvents.Events> nftablesEvents,
      Status status) {
    this.table = new FastPathTable(options.threshold(), nftables);
    this.routeEvents = routeEvents;
    this.nftablesEvents = nftablesEvents;
    this.status = status.optionalAgent(NAME);
    this.status.detail(() -> missing);
    this.reconciler =
        new FastPathReconciler(
            table,
            new FastPathInterfaces(kernel, podLinkPrefix, translating),
            byPolicies,
            () -> this.status.repaired(1));
    this.loop = new ReconcileLoop(NAME, CHECK_INTERVAL, reconciler::run, this.status);
  }

  @Override
  public AgentStatus status() {
    return status;
  }

  @Override
  public void start() {
    try {
      FastPathTable.probe();
    } catch (KernelException refusal) {
      if (!WITHOUT.contains(refusal.errno())) {
        throw refusal;
      }
      missing = Optional.of("this kernel has no flowtables: all flows take the usual way");
      log.warn("{}: {} ({})", NAME, missing.get(), refusal.getMessage());
      status.beginReady();
      return;
    }
    reconciler.start();
    routeEvents.subscribe(linkListener);
    nftablesEvents.subscribe(tableListener);
    loop.start();
  }

  private void see(RouteEvents.Batch next) {
    if (next.lost() || next.events().stream().anyMatch(FastPathAgent::isAboutInterfaces)) {
      loop.request(Pass.CHANGES);
    }
  }

  /** Links, and the routes that lead to pods. */
  private static boolean isAboutInterfaces(RouteEvent event) {
    return switch (event) {
      case LinkChanged _, LinkRemoved _ -> true;
      case RouteChanged(Route route) ->
          route.destination().equals(IpPrefix.host(route.destination().address()));
      default -> false;
    };
  }

  private void see(NftablesEvents.Events next) {
    if (next.lost() || next.commits().stream().anyMatch(commit -> commit.touches(TABLE))) {
      loop.request(Pass.KERNEL);
    }
  }

  /** Is to be told which policies are in force, if any are enforced. */
  public EnforcementListener policies() {
    return new EnforcementListener() {
      @Override
      public boolean marksPackets() {
        return false;
      }

      @Override
      public void changing(State state, Predicate<InetAddress> isChanged) {
        OffloadablePods pods =
            new OffloadablePods(state.unrestrictedPods(), state.restrictedPods());
        if (reconciler.restrict(pods)) {
          loop.request(Pass.KERNEL);
        }
      }

      @Override
      public void changed() {
        if (reconciler.allow()) {
          loop.request(Pass.CHANGES);
        }
      }
    };
  }

  @Override
  public void close() {
    if (missing.isEmpty()) {
      loop.close();
      routeEvents.unsubscribe(linkListener);
      nftablesEvents.unsubscribe(tableListener);
    }
  }

  @Override
  public void removeState() {
    if (NftablesSupport.removeIfPresent(table::remove)) {
      log.info("removed table {}, flows take the usual way", TABLE);
    }
  }
}
