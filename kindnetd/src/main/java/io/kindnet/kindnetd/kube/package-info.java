/**
 * What the agents know of the cluster: the choice of the API server, list and watch of any
 * resource, the Nodes as immutable snapshots, and the queue that runs an agent's work. Knows
 * nothing of the kernel.
 */
@NullMarked
package io.kindnet.kindnetd.kube;

import org.jspecify.annotations.NullMarked;
