package io.kindnet.kindnetd.cluster.nodes;

import java.util.ArrayList;
import java.util.List;

/**
 * How the nodes of two snapshots differ. A node that is not as it was is in both lists.
 *
 * @param removed nodes as they were
 * @param added nodes as they are, in the order in which they got their pod CIDRs
 */
public record PeerChanges(List<ClusterNode> removed, List<ClusterNode> added) {
  /**
   * The difference, found in one go through both lists: what stays keeps its order, and what is new
   * or got other pod CIDRs is at the end. In any other case nodes that stayed may be in both lists.
   */
  public static PeerChanges between(List<ClusterNode> before, List<ClusterNode> now) {
    List<ClusterNode> removed = new ArrayList<>();
    List<ClusterNode> added = new ArrayList<>();
    int at = 0;
    for (ClusterNode was : before) {
      ClusterNode is = at < now.size() ? now.get(at) : null;
      if (is == null || !is.name().equals(was.name())) {
        removed.add(was);
        continue;
      }
      at++;
      if (!is.equals(was)) {
        removed.add(was);
        added.add(is);
      }
    }
    added.addAll(now.subList(at, now.size()));
    return new PeerChanges(removed, added);
  }
}
