package io.kindnet.kindnetd.cluster.nodes;

import java.util.ArrayList;
import java.util.List;

/**
 * How the nodes of two snapshots differ. A node that is not as it was is in both lists.
 *
 * @param gone nodes as they were
 * @param come nodes as they are, in the order in which they got their pod CIDRs
 */
public record PeerChanges(List<ClusterNode> gone, List<ClusterNode> come) {
  /**
   * The difference, found in one go through both lists: what stays keeps its order, and what is new
   * or got other pod CIDRs is at the end. In any other case nodes that stayed may be in both lists.
   */
  public static PeerChanges between(List<ClusterNode> before, List<ClusterNode> now) {
    List<ClusterNode> gone = new ArrayList<>();
    List<ClusterNode> come = new ArrayList<>();
    int at = 0;
    for (ClusterNode was : before) {
      ClusterNode is = at < now.size() ? now.get(at) : null;
      if (is == null || !is.name().equals(was.name())) {
        gone.add(was);
        continue;
      }
      at++;
      if (!is.equals(was)) {
        gone.add(was);
        come.add(is);
      }
    }
    come.addAll(now.subList(at, now.size()));
    return new PeerChanges(gone, come);
  }
}
