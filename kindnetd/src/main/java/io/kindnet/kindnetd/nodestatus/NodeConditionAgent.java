package io.kindnet.kindnetd.nodestatus;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import io.kindnet.kindnetd.cluster.nodes.NodeWatch;
import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.ApiException;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the cluster that the node has its network, by the condition {@code NetworkUnavailable} of
 * its Node: where it is true, the node is tainted and gets no pods. Set to false once all is in
 * place, and again whenever others set it to true; left as it is when kindnetd stops, since the
 * network of the pods goes on.
 */
public final class NodeConditionAgent implements Agent {
  private static final Logger log = LoggerFactory.getLogger(NodeConditionAgent.class);

  /** Only for what was refused, which nothing tells the end of. */
  private static final Duration CHECK_INTERVAL = Duration.ofMinutes(10);

  private static final String PART = "node-condition";
  private static final String TYPE = "NetworkUnavailable";
  private static final String REASON = "KindnetIsUp";
  private static final String MESSAGE = "kindnet has configured the network of this node";

  private final ApiClient client;
  private final String node;
  private final List<String> preconditions;
  private final Status status;
  private final AgentStatus own;
  private final ReconcileLoop loop;
  // empty while there is no Node
  private volatile Optional<Boolean> reported = Optional.empty();
  private volatile boolean refused;

  /**
   * @param watch tells the state of the Node; not started yet
   * @param preconditions the parts of {@code status} that have to be ready first
   */
  public NodeConditionAgent(
      ApiClient client,
      NodeWatch watch,
      ClusterNodes nodes,
      Status status,
      String... preconditions) {
    this.client = client;
    this.node = nodes.selfName();
    this.preconditions = List.of(preconditions);
    this.status = status;
    this.own = status.optionalAgent(PART);
    this.own.detail(this::detail);
    this.loop = new ReconcileLoop(PART, CHECK_INTERVAL, this::report, own);
    watch.onSelf(this::see);
    for (String name : preconditions) {
      status.onReady(name, () -> loop.request(Pass.KERNEL));
    }
  }

  private void see(Optional<Boolean> self) {
    boolean first = reported.isEmpty();
    reported = self;
    if (first || !reported.equals(Optional.of(true))) {
      loop.request(Pass.CHANGES);
    }
  }

  @Override
  public AgentStatus status() {
    return own;
  }

  @Override
  public void start() {
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
  }

  /** What the condition says is none of a disabled plugin's business. */
  @Override
  public void removeState() {}

  /** What a role denies is the choice of who wrote it. */
  private Optional<String> detail() {
    return refused && reported.equals(Optional.of(false))
        ? Optional.of("kindnetd may not set the condition " + TYPE)
        : Optional.empty();
  }

  private Optional<String> report(Pass pass) throws IOException {
    for (String name : preconditions) {
      if (status.problem(name).isPresent()) {
        return Optional.of("waiting for " + name);
      }
    }
    Optional<Boolean> now = reported;
    if (now.isEmpty()) {
      return Optional.of("Node " + node + " is not there yet");
    }
    // what was refused would be so again, until somebody has changed a role
    if (!now.get() && !(refused && pass == Pass.CHANGES)) {
      patch();
    }
    return Optional.empty();
  }

  private void patch() throws IOException {
    String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    ObjectNode change = JsonNodeFactory.instance.objectNode();
    change
        .putObject("status")
        .putArray("conditions")
        .addObject()
        .put("type", TYPE)
        .put("status", "False")
        .put("reason", REASON)
        .put("message", MESSAGE)
        .put("lastHeartbeatTime", now)
        .put("lastTransitionTime", now);
    try {
      client.patch("api/v1/nodes/" + node + "/status", change);
      log.info("Node {}: condition {} set to False", node, TYPE);
      refused = false;
    } catch (ApiException failure) {
      if (!failure.isForbidden()) {
        throw new IOException(
            "Node " + node + ", condition " + TYPE + ": " + failure.getMessage(), failure);
      }
      if (!refused) {
        log.warn(
            "Node {}: condition {} stays as it is, kindnetd may not set it: it needs the verb patch"
                + " on nodes/status. {}",
            node,
            TYPE,
            failure.getMessage());
      }
      refused = true;
    }
  }
}
