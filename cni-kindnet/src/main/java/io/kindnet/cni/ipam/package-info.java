/**
 * The choice of addresses from ranges. A pure function: knows nothing of the database and of the
 * kernel.
 */
@NullMarked
package io.kindnet.cni.ipam;

import org.jspecify.annotations.NullMarked;
