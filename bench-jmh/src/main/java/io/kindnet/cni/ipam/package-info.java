/** Benchmarks of this room, in its package like its tests. */
@NullMarked
package io.kindnet.cni.ipam;

import org.jspecify.annotations.NullMarked;
