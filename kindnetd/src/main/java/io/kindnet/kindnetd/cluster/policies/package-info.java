/**
 * Network policies as they are written: NetworkPolicies and ClusterNetworkPolicies, read and
 * checked. What they mean for a packet is not decided here.
 */
@NullMarked
package io.kindnet.kindnetd.cluster.policies;

import org.jspecify.annotations.NullMarked;
