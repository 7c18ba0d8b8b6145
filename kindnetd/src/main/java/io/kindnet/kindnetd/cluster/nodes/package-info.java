/**
 * Nodes as the agents see them: decoded from protobuf, kept up to date by a watch, handed out as
 * immutable snapshots. Knows nothing of the kernel.
 */
@NullMarked
package io.kindnet.kindnetd.cluster.nodes;

import org.jspecify.annotations.NullMarked;
