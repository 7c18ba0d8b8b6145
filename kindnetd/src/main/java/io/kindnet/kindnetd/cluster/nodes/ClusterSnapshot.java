package io.kindnet.kindnetd.cluster.nodes;

import java.util.List;
import java.util.Optional;

/**
 * The cluster at one moment.
 *
 * @param self the Node of this machine, if the API server has it
 * @param peers every other Node, in the order in which they got their pod CIDRs: where two claim
 *     the same, the later one is right
 */
public record ClusterSnapshot(Optional<ClusterNode> self, List<ClusterNode> peers) {}
