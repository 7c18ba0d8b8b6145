package io.kindnet.kindnetd.networkpolicy.localpods;

import io.kindnet.cni.store.PolicyNamespaces;
import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * The pods that the plugin has connected on this node, and how far their policies are: what calls
 * tell comes in here, the reconciler takes it, and says what is in the kernel.
 */
final class PluginPods implements LocalPods {
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final String node;
  private final Runnable reader;
  private final Runnable rememberer;
  private final PendingTimes times;

  /** By key, the one that was added last at the end. */
  private final Map<String, Sandbox> sandboxes = new LinkedHashMap<>();

  /** The version that first had it, by key. */
  private final Map<String, Long> addedAt = new HashMap<>();

  /** What calls have told since the database is being read; empty for a pod that was removed. */
  private final Map<String, Optional<Sandbox>> toldWhileReading = new LinkedHashMap<>();

  private Set<String> selectable = Set.of(PolicyNamespaces.ALL);
  private boolean knowsSelectable;
  private int reading;
  private long version = 1;
  private long applied;
  private Set<InetAddress> pending = Set.of();

  /**
   * @param node the name of the node
   * @param reader reads the database, by {@link #beginReading} and what follows
   * @param rememberer writes {@link #selectable()} into the database, soon; it must be quick
   * @param times is told how long pods are pending
   */
  PluginPods(String node, Runnable reader, Runnable rememberer, PendingTimes times) {
    this.node = node;
    this.reader = reader;
    this.rememberer = rememberer;
    this.times = times;
  }

  @Override
  public synchronized Snapshot snapshot() {
    Map<InetAddress, PodName> pods = new HashMap<>();
    Set<InetAddress> held = new HashSet<>();
    for (Sandbox sandbox : sandboxes.values()) {
      PodName name = sandbox.podName();
      for (InetAddress address : sandbox.addresses()) {
        pods.put(address, name);
        held.remove(address);
        if (isSelectable(sandbox)) {
          held.add(address);
        }
      }
    }
    return new Snapshot(version, pods, held);
  }

  @Override
  public LocalPods withStatusOf(ClusterView<ClusterPod> all) {
    return new NodePods(this, all, node);
  }

  private boolean isSelectable(Sandbox sandbox) {
    return sandbox.isOfCluster()
        && (selectable.contains(PolicyNamespaces.ALL)
            || selectable.contains(sandbox.identity().namespace()));
  }

  @Override
  public void refresh() {
    reader.run();
  }

  @Override
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  @Override
  public void selectable(Set<String> namespaces) {
    synchronized (this) {
      if (knowsSelectable && selectable.equals(namespaces)) {
        return;
      }
      selectable = Set.copyOf(namespaces);
      knowsSelectable = true;
      version++;
    }
    rememberer.run();
  }

  /** In which namespaces policies may select pods; empty before it was told. */
  synchronized Optional<Set<String>> selectable() {
    return knowsSelectable ? Optional.of(selectable) : Optional.empty();
  }

  @Override
  public synchronized void applied(Snapshot snapshot, Set<InetAddress> newPending) {
    applied = snapshot.version();
    pending = Set.copyOf(newPending);
    times.observe(sandboxes.values(), pending);
    notifyAll();
  }

  /** How many pods are pending. */
  synchronized int pendingPods() {
    int pods = 0;
    for (Sandbox sandbox : sandboxes.values()) {
      pods += isPending(sandbox) ? 1 : 0;
    }
    return pods;
  }

  private boolean isPending(Sandbox sandbox) {
    for (InetAddress address : sandbox.addresses()) {
      if (pending.contains(address)) {
        return true;
      }
    }
    return false;
  }

  /** The host's ends of all pods. */
  synchronized Set<String> hostInterfaces() {
    Set<String> names = new HashSet<>();
    for (Sandbox sandbox : sandboxes.values()) {
      names.add(sandbox.hostInterface());
    }
    return names;
  }

  /** A call is connecting a pod. */
  void added(Sandbox sandbox) {
    synchronized (this) {
      sandboxes.remove(sandbox.key());
      sandboxes.put(sandbox.key(), sandbox);
      remember(sandbox.key(), Optional.of(sandbox));
      version++;
      addedAt.put(sandbox.key(), version);
    }
    notifyListeners();
  }

  /** A call has disconnected a pod. */
  void removed(String key) {
    synchronized (this) {
      remember(key, Optional.empty());
      if (sandboxes.remove(key) == null) {
        return;
      }
      version++;
      addedAt.remove(key);
      notifyAll();
    }
    notifyListeners();
  }

  private void remember(String key, Optional<Sandbox> told) {
    if (reading > 0) {
      toldWhileReading.remove(key);
      toldWhileReading.put(key, told);
    }
  }

  private void notifyListeners() {
    listeners.forEach(Runnable::run);
  }

  /** The database is about to be read. What calls tell from now on is newer. */
  synchronized void beginReading() {
    reading++;
  }

  /**
   * The database was read.
   *
   * @param rows the pods that it has, in order
   */
  void endReading(List<Sandbox> rows) {
    boolean changed;
    synchronized (this) {
      Map<String, Sandbox> read = new LinkedHashMap<>();
      for (Sandbox row : rows) {
        read.put(row.key(), row);
      }
      toldWhileReading.forEach((key, told) -> {
        read.remove(key);
        told.ifPresent(sandbox -> read.put(key, sandbox));
      });
      changed = !read.equals(sandboxes);
      if (changed) {
        sandboxes.clear();
        sandboxes.putAll(read);
        addedAt.keySet().retainAll(read.keySet());
        version++;
      }
      failReading();
    }
    if (changed) {
      notifyListeners();
    }
  }

  /** The database cannot be read: what is known has to do. */
  synchronized void failReading() {
    reading--;
    if (reading == 0) {
      toldWhileReading.clear();
    }
  }

  /** Whether the kernel has had what pods call for once. */
  synchronized boolean isEnforced() {
    return applied > 0;
  }

  /**
   * Waits until the kernel has what {@code sandbox} calls for: its policies, or that it is pending.
   *
   * @param deadline in the time of {@link System#nanoTime}
   * @return false if it has not by then
   */
  synchronized boolean awaitApplied(Sandbox sandbox, long deadline) throws InterruptedException {
    boolean inTime = true;
    while (inTime && !isApplied(sandbox)) {
      inTime = await(deadline);
    }
    return isApplied(sandbox);
  }

  /**
   * Waits until the policies of {@code sandbox} are in force.
   *
   * @param deadline in the time of {@link System#nanoTime}
   * @return false if it is still pending then
   */
  synchronized boolean awaitInForce(Sandbox sandbox, long deadline) throws InterruptedException {
    boolean inTime = true;
    while (inTime && (!isApplied(sandbox) || isPending(sandbox))) {
      inTime = await(deadline);
    }
    return isApplied(sandbox) && !isPending(sandbox);
  }

  private boolean isApplied(Sandbox sandbox) {
    return applied >= addedAt.getOrDefault(sandbox.key(), 1L);
  }

  /** Returns whether there was still time. */
  private boolean await(long deadline) throws InterruptedException {
    long left = deadline - System.nanoTime();
    if (left > 0) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return left > 0;
  }
}
