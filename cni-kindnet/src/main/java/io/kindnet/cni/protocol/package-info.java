/**
 * CNI as it is spoken: environment and JSON in, JSON out, specifications 0.1.0 to 1.1.0. Knows
 * nothing of the kernel, of the database and of what a verb does.
 */
@NullMarked
package io.kindnet.cni.protocol;

import org.jspecify.annotations.NullMarked;
