package io.kindnet.kindnetd.fastpath;

import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.OperationalState;
import io.kindnet.netlink.route.RouteEvent.LinkChanged;
import io.kindnet.netlink.route.RouteEvent.LinkRemoved;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has flows take the fast path between the interfaces of pods and those that the node reaches
 * others by. Where the kernel has no flowtables all goes the usual way, and {@code /readyz} says
 * so.
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
  private final RouteSocket kernel;
  private final KernelWatch<RouteEvents.Batch> routeEvents;
  private final KernelWatch<NftablesEvents.Events> nftablesEvents;
  private final Consumer<RouteEvents.Batch> linkListener = this::see;
  private final Consumer<NftablesEvents.Events> tableListener = this::see;
  private final AgentStatus status;
  private final ReconcileLoop loop;
  private volatile Optional<String> missing = Optional.empty();
  private Set<String> installed = Set.of();
  private boolean established;

  /**
   * @param kernel tells the interfaces; stays the caller's to close
   * @param routeEvents tells when they change
   * @param nftables gives the socket of the network namespace in which {@link #start} is called;
   *     stays the caller's to close
   * @param nftablesEvents what others than {@code nftables} do there
   */
  public FastPathAgent(
      FastPathOptions options,
      RouteSocket kernel,
      KernelWatch<RouteEvents.Batch> routeEvents,
      Supplier<NftablesSocket> nftables,
      KernelWatch<NftablesEvents.Events> nftablesEvents,
      Status status) {
    this.table = new FastPathTable(options.threshold(), nftables);
    this.kernel = kernel;
    this.routeEvents = routeEvents;
    this.nftablesEvents = nftablesEvents;
    this.status = status.optionalAgent(NAME);
    this.status.detail(() -> missing);
    this.loop = new ReconcileLoop(NAME, CHECK_INTERVAL, this::reconcile, this.status);
  }

  @Override
  public AgentStatus status() {
    return status;
  }

  @Override
  public void start() {
    try {
      table.probe();
    } catch (KernelException refusal) {
      if (!WITHOUT.contains(refusal.errno())) {
        throw refusal;
      }
      missing = Optional.of("this kernel has no flowtables: all flows take the usual way");
      log.warn("{}: {} ({})", NAME, missing.get(), refusal.getMessage());
      status.begin();
      status.ready();
      return;
    }
    routeEvents.subscribe(linkListener);
    nftablesEvents.subscribe(tableListener);
    loop.start();
  }

  private void see(RouteEvents.Batch next) {
    boolean links =
        next.events().stream()
            .anyMatch(event -> event instanceof LinkChanged || event instanceof LinkRemoved);
    if (links || next.lost()) {
      loop.request(Pass.CHANGES);
    }
  }

  private void see(NftablesEvents.Events next) {
    if (next.lost() || next.commits().stream().anyMatch(commit -> commit.touches(TABLE))) {
      loop.request(Pass.KERNEL);
    }
  }

  private Optional<String> reconcile(Pass pass) {
    Set<String> devices = devices();
    if (pass == Pass.CHANGES && devices.equals(installed)) {
      return Optional.empty();
    }
    boolean changed = table.ensure(devices);
    if (changed && established && devices.equals(installed)) {
      log.warn("table {} had been changed by others, put right", TABLE);
      status.repaired(1);
    }
    installed = devices;
    established = true;
    return Optional.empty();
  }

  /**
   * Interfaces that packets really come in by: plain ones and veths, which are up and no port of
   * anything. Through a bridge, a bond, a VLAN or a tunnel flows go the usual way: what these do to
   * packets (filters of a bridge, the choice of a bond's port, encapsulation) is not skipped.
   */
  private Set<String> devices() {
    Set<String> names = new TreeSet<>();
    for (Link link : kernel.links().list()) {
      boolean real = link.kind().isEmpty() || link.kind().equals("veth");
      if (real
          && !link.isLoopback()
          && link.masterIndex() == 0
          && link.operationalState() == OperationalState.UP) {
        names.add(link.name());
      }
    }
    return names;
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
    try {
      if (table.remove()) {
        log.info("removed table {}, flows take the usual way", TABLE);
      }
    } catch (KernelException refusal) {
      // where the kernel has no nftables, there is no table either
      if (refusal.errno() != Errno.EPROTONOSUPPORT) {
        throw refusal;
      }
    }
  }
}
