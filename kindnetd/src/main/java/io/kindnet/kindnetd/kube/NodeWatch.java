package io.kindnet.kindnetd.kube;

import com.google.protobuf.InvalidProtocolBufferException;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.kindnet.kindnetd.metrics.AgentStatus;
import io.kindnet.kindnetd.metrics.Status;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the Nodes of the API server: a list, then a watch, on a thread of its own. A watch that
 * breaks off goes on where it was, and begins with a list again where the API server does not know
 * any more what has happened since; for as long as it takes.
 */
public final class NodeWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(NodeWatch.class);
  private static final Duration FIRST_BACK_OFF = Duration.ofMillis(250);
  private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(16);

  /** How long a list counts as a connection: the watch that follows takes a moment to begin. */
  private static final Duration LIST_COUNTS = Duration.ofSeconds(5);

  /** From here on, what is to be decrypted is worth a native library. */
  private static final int MANY_NODES = 1000;

  private final NodeStream stream;
  private final ClusterNodes nodes;
  private final List<Consumer<Optional<Boolean>>> selfListeners = new CopyOnWriteArrayList<>();
  private final AgentStatus status;
  private final String server;
  private final Thread thread;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile long listed = System.nanoTime() - LIST_COUNTS.toNanos();
  private volatile boolean watching;

  // of the thread alone; what each Node was last read as
  private final Map<String, NodeObject> known = new HashMap<>();
  private boolean everListed;
  private String version = "";
  private int failures;

  /** Starts nothing yet. */
  public NodeWatch(KubernetesClient client, ClusterNodes nodes, Status status) {
    this.nodes = nodes;
    this.status = status.agent("nodes");
    this.server = client.getMasterUrl().toString();
    this.stream = new NodeStream(new ApiReader(client.getConfiguration()), nodes.selfName());
    this.thread = Thread.ofPlatform().daemon().name("nodes").unstarted(this::follow);
    this.status.detail(this::loss);
    status.gauge(
        "kindnet_api_server_connected",
        "1 while changes of Nodes arrive from the API server, else 0.",
        () -> isConnected() ? 1 : 0);
  }

  private boolean isConnected() {
    return watching || System.nanoTime() - listed < LIST_COUNTS.toNanos();
  }

  /** What is in place stays in place without the API server, so that is no reason to be unready. */
  private Optional<String> loss() {
    return isConnected()
        ? Optional.empty()
        : Optional.of("the API server " + server + " is lost, changes of Nodes are not seen");
  }

  /**
   * Has {@code listener} told, with each state of this machine's own Node, whether that says that
   * its network is available; empty when the Node goes. To be called before the start.
   */
  void onSelf(Consumer<Optional<Boolean>> listener) {
    selfListeners.add(listener);
  }

  /**
   * Has {@code listener} told the address of the API server with each connection over TLS, or of
   * the proxy before it: where it is known by a name, nothing else tells. To be called before the
   * start.
   */
  public void onConnection(Consumer<InetAddress> listener) {
    stream.onConnection(listener);
  }

  /** Begins; returns at once, whether the API server answers or not. */
  public void start() {
    status.begin();
    status.waiting("no list of Nodes from " + server + " yet");
    thread.start();
    status.dependsOn(thread);
  }

  /** Nothing is told any more; a thread that waits for the API server ends when that speaks. */
  @Override
  public void close() {
    closed.countDown();
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  private void follow() {
    while (!isClosed()) {
      try {
        if (version.isEmpty()) {
          list();
        }
        long begin = System.nanoTime();
        stream.watch(version, new Changes());
        // who ends what has just begun is not well
        boolean brief = System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(1);
        failures = brief ? failures + 1 : 0;
      } catch (IOException | RuntimeException failure) {
        keepTrying(failure);
      } finally {
        watching = false;
      }
      backOff();
    }
  }

  private void list() throws IOException {
    Set<String> present = new HashSet<>();
    String reached =
        stream.list(node -> {
          present.add(node.name());
          put(node);
        });
    if (present.size() >= MANY_NODES) {
      stream.expectMuch();
    }
    log.info("{} Nodes listed from {} at version {}", present.size(), server, reached);
    version = reached;
    everListed = true;
    listed = System.nanoTime();
    if (isClosed()) {
      return;
    }
    known.keySet().retainAll(present);
    nodes.retain(present);
    if (!present.contains(nodes.selfName())) {
      tellOfSelf(nodes.selfName(), Optional.empty());
    }
    nodes.markComplete();
    status.ready();
  }

  private void put(NodeObject object) {
    if (isClosed()) {
      return;
    }
    String name = object.name();
    NodeObject before = known.get(name);
    if (before == null || !object.describesAs(before)) {
      known.put(name, object);
      nodes.put(object.toClusterNode(what -> log.warn("node {}: {}", name, what)));
    }
    tellOfSelf(name, Optional.of(object.networkAvailable()));
  }

  private void remove(String name) {
    if (isClosed()) {
      return;
    }
    known.remove(name);
    nodes.remove(name);
    tellOfSelf(name, Optional.empty());
  }

  private void tellOfSelf(String name, Optional<Boolean> networkAvailable) {
    if (name.equals(nodes.selfName())) {
      selfListeners.forEach(listener -> listener.accept(networkAvailable));
    }
  }

  private void keepTrying(Exception failure) {
    failures++;
    String reason = reason(failure);
    if (failure instanceof ApiException refusal && refusal.isGone()) {
      log.info("Nodes are listed anew, {} does not know what changed: {}", server, reason);
    } else if (!isClosed()) {
      log.warn("waiting for the API server {}: {}", server, reason);
      log.debug("waiting for the API server", failure);
    }
    boolean brokenOff =
        failure instanceof IOException
            && !(failure instanceof ApiException)
            && !(failure instanceof InvalidProtocolBufferException);
    if (!brokenOff) {
      version = ""; // going on from there would only fail again
    }
    if (!everListed) {
      status.waiting("no list of Nodes from " + server + ": " + reason);
    }
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

  /** All nodes of a cluster lose their API server at once, and should not all come back at once. */
  private void backOff() {
    if (failures == 0) {
      return;
    }
    long nanos =
        Math.min(
            LONGEST_BACK_OFF.toNanos(), FIRST_BACK_OFF.toNanos() << Math.min(failures - 1, 20));
    try {
      closed.await(nanos / 2 + ThreadLocalRandom.current().nextLong(nanos), TimeUnit.NANOSECONDS);
    } catch (InterruptedException ended) {
      close();
    }
  }

  private final class Changes implements NodeStream.Events {
    @Override
    public void begun() {
      watching = true;
    }

    @Override
    public void changed(NodeObject node) {
      put(node);
    }

    @Override
    public void gone(NodeObject node) {
      remove(node.name());
    }

    @Override
    public void reached(String reached) {
      version = reached;
      failures = 0;
    }
  }
}
