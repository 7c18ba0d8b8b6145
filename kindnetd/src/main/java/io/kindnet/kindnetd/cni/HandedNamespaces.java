package io.kindnet.kindnetd.cni;

import io.kindnet.cni.podlink.PodNamespaces;
import io.kindnet.netlink.libc.Files;
import io.kindnet.netlink.netns.NetworkNamespace;

/**
 * The namespaces of pods as the launcher finds them: its own pod's is open already, those of others
 * are looked up below its root folder.
 */
final class HandedNamespaces implements PodNamespaces {
  private final String path;
  private final Request.Descriptors descriptors;

  /**
   * @param path what {@code CNI_NETNS} says
   */
  HandedNamespaces(String path, Request.Descriptors descriptors) {
    this.path = path;
    this.descriptors = descriptors;
  }

  @Override
  public NetworkNamespace open(String other) {
    if (descriptors.podNetwork() != null && other.equals(path)) {
      // opened anew, so that it can be opened again and again
      return NetworkNamespace.open("/proc/self/fd/" + descriptors.podNetwork().number(), path);
    }
    if (descriptors.root() == null) {
      throw new IllegalStateException("a call without a root directory");
    }
    return NetworkNamespace.of(Files.openInRoot(descriptors.root(), other), other);
  }
}
