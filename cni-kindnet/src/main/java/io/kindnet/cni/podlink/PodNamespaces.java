package io.kindnet.cni.podlink;

import io.kindnet.netlink.netns.NetworkNamespace;

/** Opens the network namespaces of pods, which clients and rows name by their paths. */
public interface PodNamespaces {
  /**
   * Opens the one at {@code path}.
   *
   * @throws io.kindnet.netlink.libc.KernelException naming the path, if it cannot be opened
   */
  NetworkNamespace open(String path);

  /** For a program that sees the files that the client sees. */
  final class ByPath implements PodNamespaces {
    @Override
    public NetworkNamespace open(String path) {
      return NetworkNamespace.open(path);
    }
  }
}
