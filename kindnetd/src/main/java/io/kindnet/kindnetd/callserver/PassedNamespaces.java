package io.kindnet.kindnetd.callserver;

import io.kindnet.cni.podlink.PodNamespaces;
import io.kindnet.netlink.libc.FileOpener;
import io.kindnet.netlink.netns.NetworkNamespace;

/**
 * The namespaces of pods as the launcher finds them: its own pod's is open already, those of others
 * are looked up below its root directory.
 */
final class PassedNamespaces implements PodNamespaces {
  private final String path;
  private final CallRequest.Fds fds;

  /**
   * @param path what {@code CNI_NETNS} says
   */
  PassedNamespaces(String path, CallRequest.Fds fds) {
    this.path = path;
    this.fds = fds;
  }

  @Override
  public NetworkNamespace open(String other) {
    if (fds.podNetwork() != null && other.equals(path)) {
      // opened again, so that it can be opened again and again
      return NetworkNamespace.open("/proc/self/fd/" + fds.podNetwork().number(), path);
    }
    if (fds.root() == null) {
      throw new IllegalStateException("a call without a root directory");
    }
    return NetworkNamespace.of(FileOpener.openInRoot(fds.root(), other), other);
  }
}
