/** Benchmarks of this room, in its package like its tests. */
@NullMarked
package io.kindnet.netlink.wire;

import org.jspecify.annotations.NullMarked;
