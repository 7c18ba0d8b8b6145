package io.kindnet.kindnetd.cluster.nodes;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * All Nodes as they are now. Says nothing until the first list is complete, since an agent that
 * took half a list for the whole would remove the other half's routes.
 */
public final class ClusterNodes implements NodeView {
  /** By creation time, then by name. */
  public static final Comparator<ClusterNode> OLDEST_FIRST =
      Comparator.comparing(ClusterNode::created).thenComparing(ClusterNode::name);

  private final String selfName;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  // in the order in which the nodes got their pod CIDRs
  private final Map<String, ClusterNode> nodes = new LinkedHashMap<>();
  private boolean complete;
  // one for all who ask, until something changes
  private @Nullable ClusterSnapshot current;

  /**
   * @param selfName the name of this machine's Node
   */
  public ClusterNodes(String selfName) {
    this.selfName = selfName;
  }

  @Override
  public String selfName() {
    return selfName;
  }

  @Override
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** Takes in a new Node or a Node's new state; one that changes nothing is dropped here. */
  public void put(ClusterNode node) {
    boolean tell;
    synchronized (this) {
      ClusterNode before = nodes.get(node.name());
      if (node.equals(before)) {
        return;
      }
      if (before != null && !before.podCidrs().equals(node.podCidrs())) {
        nodes.remove(node.name());
      }
      nodes.put(node.name(), node);
      current = null;
      tell = complete;
    }
    if (tell) {
      notifyListeners();
    }
  }

  /** Forgets a Node; one that is not known is dropped here. */
  public void remove(String name) {
    boolean changed;
    synchronized (this) {
      changed = nodes.remove(name) != null && complete;
      current = null;
    }
    if (changed) {
      notifyListeners();
    }
  }

  /** Forgets all Nodes but these, as after a list of all that there are. */
  public void retain(Set<String> names) {
    boolean changed;
    synchronized (this) {
      changed = nodes.keySet().retainAll(names) && complete;
      current = null;
    }
    if (changed) {
      notifyListeners();
    }
  }

  /** Says that the first list has been taken in whole. */
  public void markComplete() {
    synchronized (this) {
      if (complete) {
        return;
      }
      sortByAge();
      complete = true;
    }
    notifyListeners();
  }

  @Override
  public synchronized Optional<ClusterSnapshot> snapshot() {
    if (!complete) {
      return Optional.empty();
    }
    if (current == null) {
      current = new ClusterSnapshot(Optional.ofNullable(nodes.get(selfName)), peers());
    }
    return Optional.of(current);
  }

  /** How many are known so far. */
  public synchronized int count() {
    return nodes.size();
  }

  private List<ClusterNode> peers() {
    List<ClusterNode> peers = new ArrayList<>(nodes.size());
    for (ClusterNode node : nodes.values()) {
      if (!node.name().equals(selfName)) {
        peers.add(node);
      }
    }
    return List.copyOf(peers);
  }

  /** A list comes sorted by name; who came first can only be told from the creation times. */
  private void sortByAge() {
    List<ClusterNode> sorted = new ArrayList<>(nodes.values());
    sorted.sort(OLDEST_FIRST);
    nodes.clear();
    for (ClusterNode node : sorted) {
      nodes.put(node.name(), node);
    }
  }

  private void notifyListeners() {
    listeners.forEach(Runnable::run);
  }
}
