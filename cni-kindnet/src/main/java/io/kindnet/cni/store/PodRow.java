package io.kindnet.cni.store;

import io.kindnet.cni.protocol.PodIdentity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One interface of a pod, as it is remembered.
 *
 * @param key {@code pods.container_id}: the container ID, or for further interfaces of the same
 *     container {@code CONTAINER_ID/INTERFACE_NAME}
 * @param identity namespace, name and UID
 * @param netns the path of the pod's network namespace
 * @param addresses at most one of each family, IPv4 first
 * @param hostInterface {@code pods.interface_name}: the host's end of the veth pair
 * @param mtu the MTU of the interface, 0 if unknown
 * @param created when the row was written, in UTC such as {@code 2026-01-31 23:59:59}; empty in one
 *     that is still to be written
 * @param attachment what this plugin remembers in addition, or null for a row of the original
 *     plugin
 */
public record PodRow(
    String key,
    PodIdentity identity,
    String netns,
    List<PodAddress> addresses,
    String hostInterface,
    int mtu,
    String created,
    @Nullable Details attachment) {

  /** The interface that the original plugin always makes. */
  private static final String ORIGINAL_INTERFACE = "eth0";

  /**
   * What the original plugin does not keep.
   *
   * @param interfaceName the interface inside the pod
   * @param network the name of the network configuration
   * @param bridge the bridge that the pod is plugged to, empty for none
   */
  public record Details(String interfaceName, String network, String bridge) {}

  /** What the keys of rows begin with whose container nobody knows. No container ID does. */
  static final String UNKNOWN_CONTAINER = "?/";

  /**
   * A row for an interface that was found: neither the container's ID, nor its namespace, nor the
   * network is known.
   */
  public static PodRow found(
      String hostInterface,
      PodIdentity identity,
      List<PodAddress> addresses,
      int mtu,
      String interfaceName,
      String bridge) {
    return new PodRow(
        keyOfFound(hostInterface),
        identity,
        "",
        addresses,
        hostInterface,
        mtu,
        "",
        new Details(interfaceName, "", bridge));
  }

  /** The key of the row that {@link #found} makes for this interface. */
  public static String keyOfFound(String hostInterface) {
    return UNKNOWN_CONTAINER + hostInterface;
  }

  /** Whether this is one of an interface that was found. */
  public boolean isFound() {
    return key.startsWith(UNKNOWN_CONTAINER);
  }

  /** The container's ID. */
  public String containerId() {
    int slash = key.indexOf('/');
    return slash < 0 ? key : key.substring(0, slash);
  }

  /** The name of the interface inside the pod. */
  public String interfaceName() {
    return attachment == null ? ORIGINAL_INTERFACE : attachment.interfaceName;
  }

  /** The bridge that the pod is plugged to, empty for none. */
  public String bridge() {
    return attachment == null ? "" : attachment.bridge;
  }

  /** Whose the row is: {@code NAMESPACE/NAME}, or the container's ID if nobody told a name. */
  public String owner() {
    return identity.name().isEmpty() ? containerId() : identity.namespace() + "/" + identity.name();
  }

  /** Such as {@code pod default/web (container 3f0b)}. */
  @Override
  public String toString() {
    String container = isFound() ? "interface " + hostInterface : "container " + containerId();
    return identity.name().isEmpty() ? container : "pod " + owner() + " (" + container + ")";
  }
}
