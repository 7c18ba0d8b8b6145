package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.ClusterView.Change;
import io.kindnet.kindnetd.cluster.Labels;
import io.kindnet.kindnetd.cluster.namespaces.ClusterNamespace;
import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.networkpolicy.compiler.AddressKey;
import io.kindnet.kindnetd.networkpolicy.compiler.ClusterIndex;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Follows the views: says what has changed before it takes it over, so that what follows from the
 * state before can still be found out. For one thread, but for {@link #podAt}.
 */
@SuppressWarnings("ReferenceEquality") // as long as nothing changes, a view gives the same snapshot
final class ClusterTracker {
  private final PolicyViews views;
  private final ClusterIndex index = new ClusterIndex();
  private LocalPods.Snapshot local = LocalPods.Snapshot.EMPTY;
  private Map<String, LabelledNode> nodes = Map.of();
  private Map<String, ClusterNamespace> namespaces = Map.of();
  private List<Map<String, Policy>> policies = List.of();
  private List<Map<String, Policy>> withoutNodes = List.of();
  private long podVersion = -1;
  private boolean complete;

  /**
   * What has changed.
   *
   * @param pods Pods of which something has changed
   * @param podVersion the version of the view of Pods that this leads to
   * @param policies those of each kind
   * @param local the pods of this node
   * @param addresses those whose owners, or the labels of whose owners, change
   * @param policiesChanged whether a policy has changed
   * @param namespacesChanged whether the labels of a Namespace have changed
   * @param localChanged whether the pods of this node have changed, or their Pods
   */
  record Changes(
      List<Change<ClusterPod>> pods,
      long podVersion,
      Map<String, ClusterNamespace> namespaces,
      Map<String, LabelledNode> nodes,
      List<Map<String, Policy>> policies,
      LocalPods.Snapshot local,
      Set<AddressKey> addresses,
      boolean policiesChanged,
      boolean namespacesChanged,
      boolean localChanged) {
    boolean changesPlan() {
      return policiesChanged || namespacesChanged || localChanged;
    }
  }

  ClusterTracker(PolicyViews views) {
    this.views = views;
  }

  ClusterIndex index() {
    return index;
  }

  LocalPods.Snapshot local() {
    return local;
  }

  /** The Namespaces, by name. */
  Map<String, ClusterNamespace> namespaces() {
    return namespaces;
  }

  /** The Nodes, as far as a policy is about them. */
  Collection<LabelledNode> nodes() {
    return nodes.values();
  }

  /** All policies, of all kinds. */
  Collection<Policy> policies() {
    List<Policy> all = new ArrayList<>();
    policies.forEach(kind -> all.addAll(kind.values()));
    return all;
  }

  /** The pod that owns an address, {@code NAMESPACE/NAME}; may be asked by any thread. */
  synchronized Optional<String> podAt(InetAddress address) {
    return index.ownerOf(AddressKey.of(address));
  }

  /** What the views still miss; empty once each that is needed has had its first list. */
  Optional<String> missing() {
    // once there, lists stay; and a snapshot of all Pods would be a copy
    if (!complete) {
      List<String> missing = new ArrayList<>();
      if (views.pods().snapshot().isEmpty()) {
        missing.add("Pods");
      }
      if (views.namespaces().snapshot().isEmpty()) {
        missing.add("Namespaces");
      }
      if (views.policies().stream().anyMatch(view -> view.snapshot().isEmpty())) {
        missing.add("policies");
      }
      complete = missing.isEmpty();
      if (!complete) {
        return Optional.of("waiting for the lists of " + String.join(", ", missing));
      }
    }
    return lacksNodes() ? Optional.of("waiting for the list of Nodes") : Optional.empty();
  }

  /** Nodes are watched from when a policy is about them. */
  private boolean lacksNodes() {
    if (views.nodes().snapshot().isPresent()) {
      return false;
    }
    List<Map<String, Policy>> current = currentPolicies();
    if (!isSame(withoutNodes, current)) {
      for (Map<String, Policy> kind : current) {
        if (kind.values().stream().anyMatch(Policy::isAboutNodes)) {
          return true;
        }
      }
      withoutNodes = current;
    }
    return false;
  }

  /** The policies of each kind as they are now. */
  List<Map<String, Policy>> currentPolicies() {
    List<Map<String, Policy>> current = new ArrayList<>();
    for (ClusterView<Policy> view : views.policies()) {
      current.add(view.snapshot().orElseThrow().objects());
    }
    return current;
  }

  /**
   * What has changed since the last time that something was taken over.
   *
   * @param newPolicies as {@link #currentPolicies} gave them
   * @param newLocal taken before this is called: a pod that is not held any more has its Pod in the
   *     view
   * @param wantsAddresses whether to look for addresses; after a start these are all
   */
  Changes changes(
      List<Map<String, Policy>> newPolicies, LocalPods.Snapshot newLocal, boolean wantsAddresses) {
    long version = podVersion;
    List<Change<ClusterPod>> pods = new ArrayList<>();
    Optional<ClusterView.Changes<ClusterPod>> newest =
        version < 0 ? Optional.empty() : views.pods().changesSince(version);
    if (newest.isPresent()) {
      version = newest.get().version();
      pods.addAll(newest.get().changes());
    } else {
      ClusterView.Snapshot<ClusterPod> snapshot = views.pods().snapshot().orElseThrow();
      version = snapshot.version();
      addDifferences(pods, snapshot.objects());
    }
    Map<String, ClusterNamespace> newNamespaces =
        views.namespaces().snapshot().orElseThrow().objects();
    Map<String, LabelledNode> newNodes =
        views.nodes().snapshot().map(ClusterView.Snapshot::objects).orElse(Map.of());
    boolean localChanged = !newLocal.equals(local) || isAnyLocal(pods, newLocal);
    boolean namespacesChanged = !newNamespaces.equals(namespaces);
    Set<AddressKey> addresses = new HashSet<>();
    if (wantsAddresses) {
      addresses.addAll(ClusterIndex.changedAddresses(local, newLocal));
      for (Change<ClusterPod> change : pods) {
        addresses.addAll(index.addressesOf(change.key()));
        change.after().ifPresent(pod -> add(addresses, pod.addresses()));
      }
      addNamespaces(addresses, newNamespaces);
      addNodes(addresses, newNodes);
    }
    return new Changes(
        pods,
        version,
        newNamespaces,
        newNodes,
        newPolicies,
        newLocal,
        addresses,
        !isSame(policies, newPolicies),
        namespacesChanged,
        localChanged);
  }

  private void addDifferences(List<Change<ClusterPod>> changes, Map<String, ClusterPod> current) {
    current.forEach((key, pod) -> {
      ClusterPod before = index.pod(key);
      if (!pod.equals(before)) {
        changes.add(new Change<>(key, Optional.ofNullable(before), Optional.of(pod)));
      }
    });
    for (String key : index.podKeys()) {
      if (!current.containsKey(key)) {
        changes.add(new Change<>(key, Optional.ofNullable(index.pod(key)), Optional.empty()));
      }
    }
  }

  private static boolean isAnyLocal(List<Change<ClusterPod>> pods, LocalPods.Snapshot local) {
    if (pods.isEmpty()) {
      return false;
    }
    Set<String> names = new HashSet<>();
    local.pods().values().forEach(name -> names.add(name.key()));
    return pods.stream().anyMatch(change -> names.contains(change.key()));
  }

  private void addNamespaces(Set<AddressKey> addresses, Map<String, ClusterNamespace> current) {
    if (current == namespaces) {
      return;
    }
    Set<String> names = new HashSet<>(current.keySet());
    names.addAll(namespaces.keySet());
    for (String name : names) {
      ClusterNamespace before = namespaces.get(name);
      if (before == null || !before.equals(current.get(name))) {
        addresses.addAll(index.addressesOfNamespace(name));
      }
    }
  }

  private void addNodes(Set<AddressKey> addresses, Map<String, LabelledNode> current) {
    if (current == nodes) {
      return;
    }
    Map<String, LabelledNode> gone = new HashMap<>(nodes);
    current.forEach((name, node) -> {
      LabelledNode before = gone.remove(name);
      if (!node.equals(before)) {
        add(addresses, node.addresses());
        if (before != null) {
          add(addresses, before.addresses());
        }
      }
    });
    gone.values().forEach(node -> add(addresses, node.addresses()));
  }

  private static void add(Set<AddressKey> keys, Collection<InetAddress> addresses) {
    addresses.forEach(address -> keys.add(AddressKey.of(address)));
  }

  /** As long as nothing changes, a view gives the same snapshot. */
  private static boolean isSame(List<Map<String, Policy>> one, List<Map<String, Policy>> other) {
    boolean same = one.size() == other.size();
    for (int i = 0; same && i < one.size(); i++) {
      same = one.get(i) == other.get(i);
    }
    return same;
  }

  /** Takes {@code changes} over. */
  synchronized void apply(Changes changes) {
    for (Change<ClusterPod> change : changes.pods()) {
      change.after().ifPresentOrElse(index::put, () -> index.remove(change.key()));
    }
    podVersion = changes.podVersion();
    if (changes.namespaces() != namespaces) {
      for (String name : index.namespaceNames()) {
        if (!changes.namespaces().containsKey(name)) {
          index.removeNamespace(name);
        }
      }
      changes.namespaces().forEach((name, each) -> index.putNamespace(name, labels(each)));
      namespaces = changes.namespaces();
    }
    if (changes.nodes() != nodes) {
      nodes = changes.nodes();
      index.nodes(nodes.values());
    }
    if (changes.localChanged()) {
      index.local(changes.local());
    }
    local = changes.local();
    policies = changes.policies();
  }

  private static Labels labels(ClusterNamespace namespace) {
    return namespace.labels();
  }
}
