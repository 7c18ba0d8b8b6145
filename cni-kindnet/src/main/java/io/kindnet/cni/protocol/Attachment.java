package io.kindnet.cni.protocol;

/**
 * One interface of one container, which is what ADD and DEL are about.
 *
 * @param containerId the runtime's identifier of the container (of the pod's sandbox)
 * @param interfaceName the name of the interface inside
 */
public record Attachment(String containerId, String interfaceName) {
  @Override
  public String toString() {
    return "container " + containerId + " interface " + interfaceName;
  }
}
