package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import java.util.List;

/**
 * Who has an address.
 *
 * @param pods no more than one, but for a while
 * @param nodes no more than one, if all is well
 */
public record AddressOwners(AddressKey address, List<ClusterPod> pods, List<LabelledNode> nodes) {}
