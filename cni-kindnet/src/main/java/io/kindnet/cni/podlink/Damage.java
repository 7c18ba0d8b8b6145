package io.kindnet.cni.podlink;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.RouteSocket;
import org.jspecify.annotations.Nullable;

/**
 * Something on the host's side of a pod's interface that is not as ADD left it.
 *
 * @param linkIndex the link that has lost it
 * @param problem what is different, a sentence
 * @param repair puts it back
 * @param announced the link that the pod has to be told the address of afterwards, because it may
 *     be another one than before; null for none
 */
record Damage(int linkIndex, String problem, Repair repair, @Nullable Link announced) {
  Damage(int linkIndex, String problem, Repair repair) {
    this(linkIndex, problem, repair, null);
  }

  /** The same, naming the pod where it is about that one's own link, and not about a bridge. */
  Damage of(PodLinkSpec pod, Link hostEnd) {
    return linkIndex == hostEnd.index()
        ? new Damage(linkIndex, "pod " + pod.owner() + ": " + problem, repair, announced)
        : this;
  }

  /**
   * What puts something back. Does what ADD does, in a way that changes nothing where it is there:
   * an ADD or a DEL of the same pod may run at the same time.
   */
  @FunctionalInterface
  interface Repair {
    /** Puts it back; the calling thread is in the host's namespace. */
    void run(RouteSocket host) throws CniException;
  }
}
