package io.kindnet.kindnetd.hostports;

import io.kindnet.cni.WatchedDatabase;
import io.kindnet.cni.portmap.TableProblem;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.metrics.AgentStatus;
import io.kindnet.kindnetd.metrics.Status;
import io.kindnet.netlink.libc.KernelException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces a table of host ports that another version of kindnet left and that the plugin cannot
 * use, with the ports of all pods; names a table that somebody else made, and leaves it alone. Pods
 * without host ports do without it, so it is never a reason to call the node unready.
 */
public final class HostPortAgent implements Agent {
  private static final Logger log = LoggerFactory.getLogger(HostPortAgent.class);
  private static final String NAME = "host-ports";

  /** Between two looks: a few messages to the kernel. */
  private static final Duration INTERVAL = Duration.ofMinutes(1);

  private final WatchedDatabase database;
  private final ReconcileLoop loop;
  private final AgentStatus status;
  private volatile Optional<String> problem = Optional.empty();

  /**
   * @param database the plugin's, of the network namespace in which {@link #start} is called
   */
  public HostPortAgent(WatchedDatabase database, Status status) {
    this(database, INTERVAL, status);
  }

  HostPortAgent(WatchedDatabase database, Duration interval, Status status) {
    this.database = database;
    this.status = status.optionalAgent(NAME);
    this.loop = new ReconcileLoop(NAME, interval, this::look, this.status);
    this.status.detail(() -> problem);
  }

  @Override
  public AgentStatus status() {
    return status;
  }

  @Override
  public void start() {
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
  }

  /** Leaves nothing behind. */
  @Override
  public void removeState() {}

  private Optional<String> look(Pass pass) {
    try {
      TableProblem found = database.tableProblem();
      if (found != null && found.ofAnotherVersion() && database.replaceTable()) {
        log.info("{}: another version of kindnet made it, it has been replaced", found.text());
        status.repaired(1);
        found = database.tableProblem();
      }
      tell(found == null ? Optional.empty() : Optional.of(found.text()));
    } catch (CniException | KernelException reason) {
      tell(Optional.of("cannot look after host ports: " + reason.getMessage()));
    }
    return Optional.empty();
  }

  private void tell(Optional<String> now) {
    if (!now.equals(problem)) {
      now.ifPresent(text -> log.warn("{}", text));
    }
    problem = now;
  }
}
