/** Benchmarks of this package, which they are in like its tests. */
@NullMarked
package io.kindnet.netlink.route;

import org.jspecify.annotations.NullMarked;
