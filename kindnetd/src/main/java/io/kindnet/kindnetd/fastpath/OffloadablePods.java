package io.kindnet.kindnetd.fastpath;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.Set;

/**
 * The pods of this node whose packets may pass the rules of network policies by, and those whose
 * packets may not.
 *
 * @param unrestricted the addresses of pods that no policy selects
 * @param restricted those of all other pods
 */
record OffloadablePods(Set<InetAddress> unrestricted, Set<InetAddress> restricted) {
  /** Copies the sets. */
  OffloadablePods {
    unrestricted = Set.copyOf(unrestricted);
    restricted = Set.copyOf(restricted);
  }

  /** Whether a pod that was unrestricted in {@code before} is restricted here. */
  boolean restricts(OffloadablePods before) {
    return before.unrestricted.stream().anyMatch(restricted::contains);
  }

  /** These, without the pods that were not unrestricted in {@code before}, too. */
  OffloadablePods withoutNewOnes(OffloadablePods before) {
    Set<InetAddress> both = new HashSet<>(unrestricted);
    both.retainAll(before.unrestricted);
    return new OffloadablePods(both, restricted);
  }
}
