package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** Pods of this node as a test puts them there. */
final class FakeLocalPods implements LocalPods {
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Map<InetAddress, PodName> pods = new HashMap<>();
  private final Set<InetAddress> held = new HashSet<>();
  private Snapshot applied = Snapshot.EMPTY;
  private Set<InetAddress> pending = Set.of();

  /** ADD has chosen addresses. */
  synchronized void add(String namespace, String name, List<InetAddress> addresses) {
    addresses.forEach(address -> pods.put(address, new PodName(namespace, name)));
    listeners.forEach(Runnable::run);
  }

  synchronized void hold(List<InetAddress> addresses) {
    held.addAll(addresses);
    listeners.forEach(Runnable::run);
  }

  /** DEL. */
  synchronized void remove(List<InetAddress> addresses) {
    addresses.forEach(pods::remove);
    addresses.forEach(held::remove);
    listeners.forEach(Runnable::run);
  }

  synchronized Snapshot lastApplied() {
    return applied;
  }

  synchronized Set<InetAddress> pending() {
    return pending;
  }

  @Override
  public synchronized Snapshot snapshot() {
    return new Snapshot(pods, held);
  }

  @Override
  public void refresh() {}

  @Override
  public synchronized void applied(Snapshot snapshot, Set<InetAddress> nowPending) {
    applied = snapshot;
    pending = nowPending;
  }

  @Override
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }
}
