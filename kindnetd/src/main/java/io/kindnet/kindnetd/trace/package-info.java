/**
 * What happens to the packets of a pod on this node: has the kernel trace them for a while, and
 * tells it as a story. Leaves nothing behind, whatever ends it. Decides nothing about packets.
 */
@NullMarked
package io.kindnet.kindnetd.trace;

import org.jspecify.annotations.NullMarked;
