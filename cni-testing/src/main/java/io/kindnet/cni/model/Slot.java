package io.kindnet.cni.model;

/**
 * A place for an interface of a pod: what CNI calls an attachment.
 *
 * @param container the number of the container
 * @param interfaceName the interface inside
 */
record Slot(int container, String interfaceName) {
  /** The container's ID, which is the pod's name, too. */
  String containerId() {
    return "c" + container;
  }

  @Override
  public String toString() {
    return containerId() + "/" + interfaceName;
  }
}
