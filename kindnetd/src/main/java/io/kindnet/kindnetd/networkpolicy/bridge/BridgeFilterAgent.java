package io.kindnet.kindnetd.networkpolicy.bridge;

import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.RouteEvent;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the rules of IP seeing what the pods of one bridge send each other. It is a setting of the
 * bridge; the host-wide sysctls {@code net.bridge.bridge-nf-call-*} are left alone, since they are
 * for all bridges.
 */
public final class BridgeFilterAgent implements Agent {
  private static final Logger log = LoggerFactory.getLogger(BridgeFilterAgent.class);
  private static final String NAME = "bridge-filter";
  private static final Duration CHECK_INTERVAL = Duration.ofMinutes(1);

  /** There where {@code br_netfilter} is. */
  private static final Path BR_NETFILTER = Path.of("/proc/sys/net/bridge");

  private final String bridge;
  private final RouteSocket socket;
  private final KernelWatch<RouteEvents.Batch> events;
  private final Path brNetfilter;
  private final AgentStatus status;
  private final ReconcileLoop loop;
  private final Consumer<RouteEvents.Batch> listener = this::see;

  /** The index of the bridge that was set last; another one is a new bridge. */
  private int set;

  /**
   * @param bridge its name; there need be none yet
   * @param socket the network namespace of the node; stays the caller's to close
   * @param events what others than {@code socket} do there
   */
  public BridgeFilterAgent(
      String bridge, RouteSocket socket, KernelWatch<RouteEvents.Batch> events, Status status) {
    this(bridge, socket, events, BR_NETFILTER, status);
  }

  /**
   * @param brNetfilter a directory that is there where {@code br_netfilter} is
   */
  BridgeFilterAgent(
      String bridge,
      RouteSocket socket,
      KernelWatch<RouteEvents.Batch> events,
      Path brNetfilter,
      Status status) {
    this.bridge = bridge;
    this.socket = socket;
    this.events = events;
    this.brNetfilter = brNetfilter;
    this.status = status.optionalAgent(NAME);
    this.loop = new ReconcileLoop(NAME, CHECK_INTERVAL, this::reconcile, this.status);
  }

  @Override
  public AgentStatus status() {
    return status;
  }

  @Override
  public void start() {
    status.dependsOn(events.subscribe(listener));
    loop.start();
  }

  private void see(RouteEvents.Batch batch) {
    boolean any = batch.lost();
    for (RouteEvent event : batch.events()) {
      any |= event instanceof RouteEvent.LinkChanged(Link link) && link.name().equals(bridge);
    }
    if (any) {
      loop.request(Pass.KERNEL);
    }
  }

  private Optional<String> reconcile(Pass pass) {
    Optional<Link> link = socket.links().findByName(bridge);
    if (link.isPresent() && !socket.links().filtersBridged(link.get())) {
      socket.links().filterBridged(link.get(), true);
      if (set == link.get().index()) {
        status.repaired(1);
        log.info("the rules of IP see again what passes between the ports of {}", bridge);
      }
    }
    set = link.map(Link::index).orElse(0);
    return Files.isDirectory(brNetfilter)
        ? Optional.empty()
        : Optional.of(
            "network policies do not hold between pods of this node, which are on bridge "
                + bridge
                + ": the kernel has no br_netfilter (modprobe br_netfilter)");
  }

  @Override
  public void close() {
    events.unsubscribe(listener);
    loop.close();
  }

  /** What passes between the ports of the bridge is nobody's concern again. */
  @Override
  public void removeState() {
    Optional<Link> link = socket.links().findByName(bridge);
    if (link.isPresent() && socket.links().filtersBridged(link.get())) {
      socket.links().filterBridged(link.get(), false);
    }
  }
}
