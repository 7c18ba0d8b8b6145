package io.kindnet.netlink.nftables;

import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Namespace;
import java.util.concurrent.Callable;

/** Opens sockets in the namespaces of tests. */
final class NftablesSockets {
  private NftablesSockets() {}

  static NftablesSocket nftables(Namespace namespace) {
    return in(namespace, NftablesSocket::open);
  }

  static NftablesEvents events(Namespace namespace) {
    return in(namespace, NftablesEvents::open);
  }

  static <T> T in(Namespace namespace, Callable<T> open) {
    try (NetworkNamespace entered = NetworkNamespace.open(namespace.path().toString())) {
      return entered.call(open);
    }
  }
}
