package io.kindnet.kindnetd;

import io.kindnet.cni.MonitoredDatabase;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.PodReader;
import io.kindnet.kindnetd.cluster.pods.PodReader.PodObject;
import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.ResourceLister;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which pod has which address, for commands: those of this node from the plugin's database, the
 * others from the API server.
 */
final class PodDirectory {
  private final Map<InetAddress, String> names = new HashMap<>();

  /** Adds the pods of the cluster, of the node's network none. */
  void addPods(List<ClusterPod> pods) {
    for (ClusterPod pod : pods) {
      if (!pod.hostNetwork() && !pod.isTerminated()) {
        pod.addresses().forEach(address -> names.put(address, pod.namespace() + "/" + pod.name()));
      }
    }
  }

  /**
   * Adds the pods that the API server has.
   *
   * @throws IOException if it does not answer
   */
  void addPodsOf(ApiClient client) throws IOException {
    addPods(ResourceLister.list(client, PodReader.PODS).stream().map(PodObject::pod).toList());
  }

  /**
   * Adds the pods that the plugin has connected on this node; they are right whoever else says.
   *
   * @param err is told if the database cannot be read
   */
  void addPodsOfThisNode(PrintWriter err) {
    MonitoredDatabase database = MonitoredDatabase.ofThisNode();
    if (database.exists()) {
      try (Store store = database.open()) {
        for (PodRow pod : store.pods().all()) {
          pod.addresses().forEach(address -> names.put(address.address(), pod.owner()));
        }
      } catch (CniException unreadable) {
        err.println("kindnetd: pods of this node may have no names: " + unreadable.getMessage());
      }
    }
  }

  /** The pod that has {@code address}, as {@code NAMESPACE/NAME}. */
  Optional<String> at(InetAddress address) {
    return Optional.ofNullable(names.get(address));
  }

  /** The addresses of a pod; empty if it is not known. */
  Set<InetAddress> addressesOf(String pod) {
    Set<InetAddress> addresses = new HashSet<>();
    names.forEach((address, name) -> {
      if (name.equals(pod)) {
        addresses.add(address);
      }
    });
    return addresses;
  }
}
