/**
 * What the agent takes where a cluster is large: one real kindnetd, the real API server, and as
 * many Nodes as were asked for that exist only there. Knows the agent by what it prints, serves and
 * leaves in the kernel.
 */
@NullMarked
package io.kindnet.e2e.scale;

import org.jspecify.annotations.NullMarked;
