package io.kindnet.kindnetd.nat64;

import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.PodsOfNode;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * The pods that another plugin has connected, from the status of their Pods, which are watched from
 * when somebody asks.
 */
public final class StatusPods implements NodePods {
  private final Supplier<ClusterView<ClusterPod>> watch;
  private final String node;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private Optional<Map<InetAddress, String>> pods = Optional.empty();

  /** Of the thread that reads. */
  private boolean isWatching;

  /**
   * @param watch begins to watch all Pods
   * @param node the name of this machine's Node
   */
  public StatusPods(Supplier<ClusterView<ClusterPod>> watch, String node) {
    this.watch = watch;
    this.node = node;
  }

  @Override
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  @Override
  public Optional<Map<InetAddress, String>> read() {
    if (!isWatching) {
      isWatching = true;
      ClusterView<ClusterPod> view = watch.get();
      PodsOfNode here = new PodsOfNode(view, node);
      view.onChange(() -> follow(here));
      follow(here);
    }
    synchronized (this) {
      return pods;
    }
  }

  /** Most changes are of Pods of other nodes, and nobody's business here. */
  private void follow(PodsOfNode here) {
    boolean changed;
    synchronized (this) {
      Optional<Map<InetAddress, String>> before = pods;
      pods = here.read().map(StatusPods::addresses);
      changed = !pods.equals(before);
    }
    if (changed) {
      listeners.forEach(Runnable::run);
    }
  }

  private static Map<InetAddress, String> addresses(Collection<ClusterPod> pods) {
    Map<InetAddress, String> addresses = new HashMap<>();
    for (ClusterPod pod : pods) {
      for (InetAddress address : pod.addresses()) {
        addresses.put(address, pod.namespace() + "/" + pod.name() + " " + pod.uid());
      }
    }
    return Map.copyOf(addresses);
  }
}
