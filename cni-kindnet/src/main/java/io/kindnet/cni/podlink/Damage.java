package io.kindnet.cni.podlink;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.route.RouteSocket;

/**
 * Something on the host's side of a pod's interface that is not as ADD left it.
 *
 * @param linkIndex the link that has lost it
 * @param problem what is different, a sentence
 * @param repair puts it back
 */
record Damage(int linkIndex, String problem, Repair repair) {
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
