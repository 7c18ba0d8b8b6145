/** Benchmarks of this package, which they are in like its tests. */
@NullMarked
package io.kindnet.netlink.wire;

import org.jspecify.annotations.NullMarked;
