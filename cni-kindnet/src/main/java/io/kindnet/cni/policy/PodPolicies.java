package io.kindnet.cni.policy;

import io.kindnet.cni.podlink.HostNetwork;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.PolicyNamespaces;
import io.kindnet.cni.store.Store;

/**
 * Sees to the network policies of the pods that calls connect. A pod whose policies are not known
 * yet is <em>pending</em>: its own node reaches it, and nothing else passes.
 */
public interface PodPolicies extends AutoCloseable {
  /** Where policies are not enforced. */
  PodPolicies NONE = new PodPolicies() {};

  /**
   * ADD has chosen the addresses of {@code pod}, and its row is committed; it has no interface yet.
   *
   * @param store where the row is
   * @return what an operator should know; empty for nothing
   * @throws CniException if what policies were remembered cannot be read
   */
  default String starting(PodRow pod, Store store) throws CniException {
    return "";
  }

  /**
   * The interface of {@code pod} is there and still down. When this returns, the policies of the
   * pod are in force, or it is pending.
   *
   * @param store where the row is
   * @param host where the interface is
   * @return what an operator should know; empty for nothing
   */
  default String beforeFirstPacket(PodRow pod, Store store, HostNetwork host) throws CniException {
    return "";
  }

  /**
   * ADD is about to answer. Waits for a moment while {@code pod} is pending.
   *
   * @return what an operator should know; empty for nothing
   */
  default String started(PodRow pod) {
    return "";
  }

  /**
   * {@code pod} has lost its interface and its row, or is about to lose the row.
   *
   * @param store where the row is or was
   */
  default void ended(PodRow pod, Store store) throws CniException {}

  /**
   * Says in a new database that policies may select any pod, if the kernel shows that there are
   * some: which ones, only the agent knows.
   */
  default void recover(PolicyNamespaces namespaces) throws CniException {}

  @Override
  default void close() {}
}
