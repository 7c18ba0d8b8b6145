/** Benchmarks of this room, in its package like its tests. */
@NullMarked
package io.kindnet.netlink.nftables;

import org.jspecify.annotations.NullMarked;
