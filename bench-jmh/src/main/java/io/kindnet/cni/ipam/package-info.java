/** Benchmarks of this package, which they are in like its tests. */
@NullMarked
package io.kindnet.cni.ipam;

import org.jspecify.annotations.NullMarked;
