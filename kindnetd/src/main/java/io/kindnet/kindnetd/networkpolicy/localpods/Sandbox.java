package io.kindnet.kindnetd.networkpolicy.localpods;

import io.kindnet.cni.protocol.PodIdentity;
import io.kindnet.cni.store.PodAddress;
import io.kindnet.cni.store.PodRow;
import io.kindnet.kindnetd.cluster.pods.PodUid;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * A pod that the plugin has connected, or is connecting, to this node's network.
 *
 * @param key of its row in the plugin's database: another one each time that a pod is started
 * @param identity what the runtime says of the pod; empty texts for what it does not say
 * @param hostInterface the host's end of its veth pair
 * @param addresses one of each family at most
 */
public record Sandbox(
    String key, PodIdentity identity, String hostInterface, List<InetAddress> addresses) {
  /** Copies the list. */
  public Sandbox {
    addresses = List.copyOf(addresses);
  }

  static Sandbox of(PodRow row) {
    List<InetAddress> addresses = new ArrayList<>(2);
    for (PodAddress address : row.addresses()) {
      addresses.add(address.address());
    }
    return new Sandbox(row.key(), row.identity(), row.hostInterface(), addresses);
  }

  LocalPods.PodName podName() {
    return new LocalPods.PodName(identity.namespace(), identity.name(), PodUid.of(identity.uid()));
  }

  /** Whether it was started for a Pod of the cluster; if not, no policy selects it. */
  public boolean isOfCluster() {
    return !identity.name().isEmpty();
  }
}
