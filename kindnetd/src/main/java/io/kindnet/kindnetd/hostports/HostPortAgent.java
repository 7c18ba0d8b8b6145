package io.kindnet.kindnetd.hostports;

import io.kindnet.cni.MonitoredDatabase;
import io.kindnet.cni.portmap.NftablesHostPorts;
import io.kindnet.cni.portmap.TableProblem;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.nftables.Change;
import io.kindnet.netlink.nftables.Commit;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the host ports that the plugin made for pods: puts back what others removed, keeps them
 * from the addresses of Services that are local to this node, and replaces a table that another
 * version of kindnet left and that the plugin cannot use, with the ports of all pods. Names a table
 * that somebody else made, and leaves it alone. Pods without host ports do without it, so it is
 * never a reason to call the node unready.
 */
public final class HostPortAgent implements Agent {
  private static final Logger log = LoggerFactory.getLogger(HostPortAgent.class);
  private static final String NAME = "host-ports";

  /** Between two checks: a few messages to the kernel. */
  private static final Duration CHECK_INTERVAL = Duration.ofMinutes(1);

  private final MonitoredDatabase database;
  private final KernelWatch<NftablesEvents.Events> events;
  private final Consumer<NftablesEvents.Events> listener = this::see;
  private final ServiceWatch services;
  private final ReconcileLoop loop;
  private final AgentStatus status;
  private volatile Optional<String> problem = Optional.empty();

  /**
   * @param database the plugin's, of the network namespace in which {@link #start} is called
   * @param events what is done to nftables there
   * @param socket that network namespace; stays the caller's to close
   * @param routeEvents what is done to links and addresses there
   */
  public HostPortAgent(
      MonitoredDatabase database,
      KernelWatch<NftablesEvents.Events> events,
      RouteSocket socket,
      KernelWatch<RouteEvents.Batch> routeEvents,
      Status status) {
    this(database, events, socket, routeEvents, CHECK_INTERVAL, status);
  }

  HostPortAgent(
      MonitoredDatabase database,
      KernelWatch<NftablesEvents.Events> events,
      RouteSocket socket,
      KernelWatch<RouteEvents.Batch> routeEvents,
      Duration checkInterval,
      Status status) {
    this.database = database;
    this.events = events;
    this.status = status.optionalAgent(NAME);
    this.loop = new ReconcileLoop(NAME, checkInterval, this::reconcile, this.status);
    this.services = new ServiceWatch(socket, routeEvents, () -> loop.request(Pass.CHANGES));
    this.status.detail(() -> problem);
  }

  @Override
  public AgentStatus status() {
    return status;
  }

  @Override
  public void start() {
    status.dependsOn(events.subscribe(listener));
    status.dependsOn(services.start());
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
    events.unsubscribe(listener);
    services.close();
  }

  /** Leaves nothing behind. */
  @Override
  public void removeState() {}

  private void see(NftablesEvents.Events next) {
    if (next.lost() || next.commits().stream().anyMatch(HostPortAgent::isDamage)) {
      loop.request(Pass.KERNEL);
    }
  }

  /** Elements come and go with pods; whoever flushes a map is found by the regular check. */
  private static boolean isDamage(Commit commit) {
    for (Change change : commit.changes()) {
      if (change.deleted()
          && change.kind() != Change.Kind.ELEMENT
          && change.table().equals(NftablesHostPorts.TABLE)) {
        return true;
      }
    }
    return false;
  }

  private Optional<String> reconcile(Pass pass) throws CniException {
    if (pass == Pass.CHANGES) {
      // addresses of Services have come or gone
      database.followServices();
      return Optional.empty();
    }
    TableProblem found = database.tableProblem();
    if (found != null && found.ofAnotherVersion() && database.replaceTable()) {
      log.info("{}: another version of kindnet made it, it has been replaced", found.text());
      status.repaired(1);
      found = database.tableProblem();
    }
    if (found == null && database.restoreHostPorts()) {
      log.warn("host ports of pods had been removed by others, put right");
      status.repaired(1);
    }
    tell(found == null ? Optional.empty() : Optional.of(found.text()));
    return Optional.empty();
  }

  private void tell(Optional<String> now) {
    if (!now.equals(problem)) {
      now.ifPresent(text -> log.warn("{}", text));
    }
    problem = now;
  }
}
