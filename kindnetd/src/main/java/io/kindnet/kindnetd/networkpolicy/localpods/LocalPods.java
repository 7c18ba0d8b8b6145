package io.kindnet.kindnetd.networkpolicy.localpods;

import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.PodUid;
import java.net.InetAddress;
import java.util.Map;
import java.util.Set;

/**
 * The pods of this node by their addresses, as known before any Pod status, or from there. May be
 * asked from any thread.
 */
public interface LocalPods {
  /**
   * A Pod by its name.
   *
   * @param uid tells it from others that had the name before ({@link PodUid}); 0 if it is not known
   */
  record PodName(String namespace, String name, long uid) {
    /** One whose UID is not known. */
    public PodName(String namespace, String name) {
      this(namespace, name, PodUid.UNKNOWN);
    }

    /** Whether {@code pod}, of the same name, is that Pod, and none of before or after it. */
    public boolean isOf(ClusterPod pod) {
      return PodUid.mayBeSame(uid, pod.uid());
    }

    /** {@code NAMESPACE/NAME}, the key of the view of Pods. */
    public String key() {
      return namespace + "/" + name;
    }
  }

  /**
   * The pods of this node at one moment.
   *
   * @param version grows with each change
   * @param pods by address. Whoever has an address here is its only owner, whatever the status of
   *     other Pods says; pods in the network of the node are not among them. What was started for
   *     no Pod of the cluster has an empty name.
   * @param held those of the addresses that are to be pending as long as the view has no Pod of
   *     that name: all but what their own node sends them is dropped until then. Has no effect on
   *     the address of a Pod that the view has.
   */
  record Snapshot(long version, Map<InetAddress, PodName> pods, Set<InetAddress> held) {
    /** No pods. */
    public static final Snapshot EMPTY = new Snapshot(Map.of(), Set.of());

    /** Copies map and set. */
    public Snapshot {
      pods = Map.copyOf(pods);
      held = Set.copyOf(held);
    }

    /** Of something that does not count its versions. */
    public Snapshot(Map<InetAddress, PodName> pods, Set<InetAddress> held) {
      this(0, pods, held);
    }
  }

  /**
   * On a node whose pods another plugin connects: they are known once their status has addresses.
   *
   * @param node the name of the node
   */
  static LocalPods ofOtherPlugin(String node) {
    return new NoPluginPods(node);
  }

  /**
   * These, and the pods of the node that only the status of their Pods tells of.
   *
   * @param pods all Pods; who uses the result follows these, too
   */
  default LocalPods withStatusOf(ClusterView<ClusterPod> pods) {
    return this;
  }

  /** The pods now, as far as {@link #refresh} or a call of this process has told. */
  Snapshot snapshot();

  /**
   * Reads again what other processes may have written, such as the database. Called before the
   * kernel is compared as a whole: after the start, when others changed the table, regularly.
   */
  void refresh();

  /**
   * Tells in which namespaces policies may select pods: only there is a pod held whose Pod is not
   * known. As long as it was not told, these are all namespaces. To be told before {@link
   * #snapshot} is asked, since it may change that. It is remembered for the time that there is no
   * agent.
   *
   * @param namespaces {@link io.kindnet.cni.store.PolicyNamespaces#ALL} for all of them, as where
   *     there is a policy of the cluster
   */
  default void selectable(Set<String> namespaces) {}

  /**
   * Tells that what {@code snapshot} calls for is in the kernel: calls that connect pods wait for
   * it.
   *
   * @param pending the addresses that are pending there
   */
  default void applied(Snapshot snapshot, Set<InetAddress> pending) {}

  /** Has {@code listener} run after each change, on the thread that makes it; it must be quick. */
  void onChange(Runnable listener);
}
