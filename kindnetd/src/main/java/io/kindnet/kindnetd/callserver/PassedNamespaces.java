package io.kindnet.kindnetd.callserver;

import io.kindnet.cni.podlink.PodNamespaces;
import io.kindnet.netlink.libc.FileOpener;
import io.kindnet.netlink.netns.NetworkNamespace;

/**
 * The namespaces of pods as the launcher finds them: its own pod's is open already, those of others
 * are looked up below its root folder.
 */
final class PassedNamespaces implements PodNamespaces {
  private final String path;
  private final CallRequest.Descriptors descriptors;

  /**
   * @param path what {@code CNI_NETNS} says
   */
  PassedNamespaces(String path, CallRequest.Descriptors descriptors) {
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
    return NetworkNamespace.of(FileOpener.openInRoot(descriptors.root(), other), other);
  }
}
