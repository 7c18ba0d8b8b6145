/** Benchmarks of this room, in its package like its tests. */
@NullMarked
package io.kindnet.netlink.route;

import org.jspecify.annotations.NullMarked;
