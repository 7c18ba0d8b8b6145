package io.kindnet.kindnetd.kube;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.kindnet.kindnetd.metrics.AgentStatus;
import io.kindnet.kindnetd.metrics.Status;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the Nodes of the API server: list, watch, and again from the list whenever the connection
 * is lost, for as long as it takes.
 */
public final class NodeWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(NodeWatch.class);

  /** How many Nodes a page of the list has; a page is in memory as a whole. */
  private static final long PAGE = 500;

  /** How long a list counts as a connection: the watch that follows takes a moment to begin. */
  private static final Duration LIST_COUNTS = Duration.ofSeconds(5);

  private final SharedIndexInformer<Node> informer;
  private final ClusterNodes nodes;
  private final List<Consumer<@Nullable Node>> selfListeners = new CopyOnWriteArrayList<>();
  private final AgentStatus status;
  private final String server;
  private volatile long listed = System.nanoTime() - LIST_COUNTS.toNanos();

  /** Starts nothing yet. */
  public NodeWatch(KubernetesClient client, ClusterNodes nodes, Status status) {
    this.nodes = nodes;
    this.status = status.agent("nodes");
    this.server = client.getMasterUrl().toString();
    this.informer =
        client
            .nodes()
            .withLimit(PAGE)
            .runnableInformer(0)
            .itemStore(new NodeVersions())
            .exceptionHandler(this::keepTrying)
            .addEventHandler(new Handler());
    this.status.detail(this::loss);
    status.gauge(
        "kindnet_api_server_connected",
        "1 while changes of Nodes arrive from the API server, else 0.",
        () -> isConnected() ? 1 : 0);
  }

  private boolean isConnected() {
    return informer.isWatching() || System.nanoTime() - listed < LIST_COUNTS.toNanos();
  }

  /** What is in place stays in place without the API server, so that is no reason to be unready. */
  private Optional<String> loss() {
    return isConnected()
        ? Optional.empty()
        : Optional.of("the API server " + server + " is lost, changes of Nodes are not seen");
  }

  /**
   * Has {@code listener} see each state of this machine's own Node, as a whole; null when it goes.
   * To be called before the start.
   */
  void onSelf(Consumer<@Nullable Node> listener) {
    selfListeners.add(listener);
  }

  private void tellOfSelf(String name, @Nullable Node node) {
    if (name.equals(nodes.selfName())) {
      selfListeners.forEach(listener -> listener.accept(node));
    }
  }

  /** Begins; returns at once, whether the API server answers or not. */
  public void start() {
    status.begin();
    status.waiting("no list of Nodes from " + server + " yet");
    // a failure has been logged by keepTrying, which also decides that there will be another try
    informer.start().exceptionally(failure -> null);
  }

  @Override
  public void close() {
    informer.close();
  }

  private boolean keepTrying(boolean started, Throwable failure) {
    String reason = reason(failure);
    log.warn("waiting for the API server {}: {}", server, reason);
    if (!started) {
      status.waiting("no list of Nodes from " + server + ": " + reason);
    }
    return true;
  }

  /** The message of the innermost cause: the ones around it say "operation list failed". */
  private static String reason(Throwable failure) {
    Throwable innermost = failure;
    while (innermost.getCause() != null) {
      if (innermost instanceof ConnectException) {
        return "cannot connect"; // the cause is a closed channel without any message
      }
      innermost = innermost.getCause();
    }
    String message = innermost.getMessage();
    String name = innermost.getClass().getSimpleName();
    return message == null ? name : name + ": " + message;
  }

  private final class Handler implements ResourceEventHandler<Node> {
    @Override
    public void onAdd(Node node) {
      nodes.put(ClusterNode.of(node));
      tellOfSelf(node.getMetadata().getName(), node);
    }

    @Override
    public void onUpdate(Node before, Node node) {
      nodes.put(ClusterNode.of(node));
      tellOfSelf(node.getMetadata().getName(), node);
    }

    @Override
    public void onDelete(Node node, boolean finalStateUnknown) {
      nodes.remove(node.getMetadata().getName());
      tellOfSelf(node.getMetadata().getName(), null);
    }

    @Override
    public void onList(String resourceVersion, boolean remainedEmpty) {
      log.info("Nodes listed from {} at version {}", server, resourceVersion);
      listed = System.nanoTime();
      nodes.markComplete();
      status.ready();
    }
  }
}
