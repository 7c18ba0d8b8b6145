package io.kindnet.kindnetd.cluster.nodes;

import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.Reflector;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps {@link ClusterNodes} up to date with the Nodes of the API server. */
public final class NodeWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(NodeWatch.class);

  private final Reflector<NodeObject> reflector;
  private final ClusterNodes nodes;
  private final List<Consumer<Optional<Boolean>>> selfListeners = new CopyOnWriteArrayList<>();
  private final AgentStatus status;
  private final String server;

  /** Starts nothing yet. */
  public NodeWatch(ApiClient client, ClusterNodes nodes, Status status) {
    this.nodes = nodes;
    this.status = status.agent("nodes");
    this.server = client.server().toString();
    this.reflector =
        new Reflector<>(
            client, NodeReader.resource(nodes.selfName()), new Listener(), nodes::count);
    this.status.detail(this::loss);
    status.gauge(
        "kindnet_api_server_connected",
        "1 while changes of Nodes arrive from the API server, else 0.",
        () -> reflector.isConnected() ? 1 : 0);
  }

  /** What is in place stays in place without the API server, so that is no reason to be unready. */
  private Optional<String> loss() {
    return reflector.isConnected()
        ? Optional.empty()
        : Optional.of("the API server " + server + " is lost, changes of Nodes are not seen");
  }

  /**
   * Has {@code listener} told, with each state of this machine's own Node, whether that says that
   * its network is available; empty when the Node is deleted. To be called before the start.
   */
  public void onSelf(Consumer<Optional<Boolean>> listener) {
    selfListeners.add(listener);
  }

  /** Begins; returns at once, whether the API server answers or not. */
  public void start() {
    status.begin();
    reflector.start();
    status.dependsOn(reflector.thread());
  }

  /** Nothing is told any more. */
  @Override
  public void close() {
    reflector.close();
  }

  private void tellOfSelf(String name, Optional<Boolean> networkAvailable) {
    if (name.equals(nodes.selfName())) {
      selfListeners.forEach(listener -> listener.accept(networkAvailable));
    }
  }

  private final class Listener implements Reflector.Listener<NodeObject> {
    // what each Node was last read as
    private final Map<String, NodeObject> known = new HashMap<>();

    @Override
    public void put(NodeObject object) {
      String name = object.name();
      NodeObject before = known.get(name);
      if (before == null || !object.describesAs(before)) {
        known.put(name, object);
        nodes.put(object.toClusterNode(what -> log.warn("node {}: {}", name, what)));
      }
      tellOfSelf(name, Optional.of(object.networkAvailable()));
    }

    @Override
    public void remove(String name) {
      known.remove(name);
      nodes.remove(name);
      tellOfSelf(name, Optional.empty());
    }

    @Override
    public void listed(Set<String> names) {
      known.keySet().retainAll(names);
      nodes.retain(names);
      if (!names.contains(nodes.selfName())) {
        tellOfSelf(nodes.selfName(), Optional.empty());
      }
      nodes.markComplete();
      status.ready();
    }

    @Override
    public void waiting(String reason) {
      status.waiting(reason);
    }
  }
}
