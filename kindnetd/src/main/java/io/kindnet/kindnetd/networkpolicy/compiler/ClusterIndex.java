package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.kindnetd.cluster.Labels;
import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods.PodName;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who has which address, and what the labels are: all that members of sets are found by. Changed as
 * the cluster changes. For one thread.
 *
 * <p>A pod of this node is the only owner of its addresses from when ADD chose them. All others
 * have the addresses of their status; two that have the same both own it until one of them goes.
 * Pods that have ended, and those in the network of their node, own nothing.
 */
public final class ClusterIndex {
  private final Map<String, ClusterPod> pods = new HashMap<>();
  private final Map<String, Map<String, ClusterPod>> podsByNamespace = new HashMap<>();
  private final Map<String, Labels> namespaces = new HashMap<>();
  private final Claims<ClusterPod> claims = new Claims<>();
  private final Claims<LabelledNode> nodeClaims = new Claims<>();
  private Map<AddressKey, PodName> local = new HashMap<>();
  private Map<String, List<AddressKey>> localByPod = new HashMap<>();
  private Map<String, LabelledNode> nodes = new LinkedHashMap<>();

  /** A Pod is there, or is as it was not before. */
  public void put(ClusterPod pod) {
    String key = key(pod);
    remove(key);
    pods.put(key, pod);
    podsByNamespace.computeIfAbsent(pod.namespace(), _ -> new HashMap<>()).put(pod.name(), pod);
    if (ownsAddresses(pod)) {
      for (InetAddress address : pod.addresses()) {
        claims.add(AddressKey.of(address), pod);
      }
    }
  }

  /** There is no such Pod any more. */
  public void remove(String key) {
    ClusterPod before = pods.remove(key);
    if (before == null) {
      return;
    }
    Map<String, ClusterPod> others = podsByNamespace.get(before.namespace());
    if (others != null) {
      others.remove(before.name());
      if (others.isEmpty()) {
        podsByNamespace.remove(before.namespace());
      }
    }
    if (ownsAddresses(before)) {
      for (InetAddress address : before.addresses()) {
        claims.remove(AddressKey.of(address), before);
      }
    }
  }

  /** A Namespace has these labels. */
  public void putNamespace(String name, Labels labels) {
    namespaces.put(name, labels);
  }

  /** There is no such Namespace any more. */
  public void removeNamespace(String name) {
    namespaces.remove(name);
  }

  /** These are the Nodes. */
  public void nodes(Collection<LabelledNode> all) {
    nodes.values().forEach(node -> addresses(node).forEach(at -> nodeClaims.remove(at, node)));
    Map<String, LabelledNode> byName = new LinkedHashMap<>();
    all.forEach(node -> byName.put(node.name(), node));
    nodes = byName;
    nodes.values().forEach(node -> addresses(node).forEach(at -> nodeClaims.add(at, node)));
  }

  /** These are the pods of this node. */
  public void local(LocalPods.Snapshot snapshot) {
    Map<AddressKey, PodName> byAddress = new HashMap<>();
    Map<String, List<AddressKey>> byPod = new HashMap<>();
    snapshot
        .pods()
        .forEach((address, name) -> {
          AddressKey at = AddressKey.of(address);
          byAddress.put(at, name);
          byPod.computeIfAbsent(name.key(), _ -> new ArrayList<>(2)).add(at);
        });
    local = byAddress;
    localByPod = byPod;
  }

  /** A Pod; null if there is none of this name. */
  public @Nullable ClusterPod pod(String key) {
    return pods.get(key);
  }

  /** The Pod that {@code name} means; null if there is none, or only another one of that name. */
  @Nullable ClusterPod pod(PodName name) {
    ClusterPod pod = pods.get(name.key());
    return pod != null && name.isOf(pod) ? pod : null;
  }

  /** The keys of all Pods. */
  public Set<String> podKeys() {
    return Set.copyOf(pods.keySet());
  }

  /** The names of all Namespaces that have an object. */
  public Set<String> namespaceNames() {
    return Set.copyOf(namespaces.keySet());
  }

  /** How many Pods there are. */
  public int size() {
    return pods.size();
  }

  /** The labels of a Namespace; null where its object has not been seen yet. */
  public @Nullable Labels namespaceLabels(String name) {
    return namespaces.get(name);
  }

  /** The addresses that are, or would be, of the Pod: by its status, and by ADD on this node. */
  public Set<AddressKey> addressesOf(String key) {
    Set<AddressKey> addresses = new HashSet<>(localByPod.getOrDefault(key, List.of()));
    ClusterPod pod = pods.get(key);
    if (pod != null) {
      pod.addresses().forEach(address -> addresses.add(AddressKey.of(address)));
    }
    return addresses;
  }

  /** The addresses of all Pods of a namespace. */
  public Set<AddressKey> addressesOfNamespace(String name) {
    Set<AddressKey> addresses = new HashSet<>();
    for (String pod : podsByNamespace.getOrDefault(name, Map.of()).keySet()) {
      addresses.addAll(addressesOf(name + "/" + pod));
    }
    return addresses;
  }

  /** The addresses that {@code one} and {@code other} say different things of. */
  public static Set<AddressKey> changedAddresses(LocalPods.Snapshot one, LocalPods.Snapshot other) {
    Set<AddressKey> changed = new HashSet<>();
    addChanged(changed, one, other);
    addChanged(changed, other, one);
    return changed;
  }

  private static void addChanged(
      Set<AddressKey> changed, LocalPods.Snapshot one, LocalPods.Snapshot other) {
    one.pods()
        .forEach((address, name) -> {
          if (!name.equals(other.pods().get(address))) {
            changed.add(AddressKey.of(address));
          }
        });
  }

  /** The pods that own {@code address}: no more than one, but for a while. */
  private List<ClusterPod> owners(AddressKey address) {
    PodName name = local.get(address);
    if (name == null) {
      return claims.of(address);
    }
    ClusterPod pod = pod(name);
    return pod != null && ownsAddresses(pod) ? List.of(pod) : List.of();
  }

  /** The name of the pod that owns {@code address}, {@code NAMESPACE/NAME}. */
  public Optional<String> ownerOf(AddressKey address) {
    return owners(address).stream().map(ClusterIndex::key).findFirst();
  }

  /** Who has {@code address}. */
  public AddressOwners ownersOf(AddressKey address) {
    return new AddressOwners(address, owners(address), nodeClaims.of(address));
  }

  Map<String, Map<String, ClusterPod>> podsByNamespace() {
    return podsByNamespace;
  }

  Collection<LabelledNode> nodes() {
    return nodes.values();
  }

  static List<AddressKey> addresses(LabelledNode node) {
    return node.addresses().stream().map(AddressKey::of).toList();
  }

  static boolean ownsAddresses(ClusterPod pod) {
    return !pod.hostNetwork() && !pod.isTerminated();
  }

  private static String key(ClusterPod pod) {
    return pod.namespace() + "/" + pod.name();
  }
}
