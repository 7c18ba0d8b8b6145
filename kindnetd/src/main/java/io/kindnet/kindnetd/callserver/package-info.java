/**
 * Serves the verbs of cni-kindnet to its launcher, so that a call needs no JVM of its own. Keeps
 * nothing between calls: whatever a call leaves behind is in the database and the kernel. Knows
 * nothing of the cluster.
 */
@NullMarked
package io.kindnet.kindnetd.callserver;

import org.jspecify.annotations.NullMarked;
