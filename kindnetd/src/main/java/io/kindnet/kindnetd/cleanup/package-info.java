/**
 * Takes away what kindnet put on a node, in the kernel and in files, once it is not needed any
 * more. Knows how to tell what is kindnet's, and nothing of a cluster.
 */
@NullMarked
package io.kindnet.kindnetd.cleanup;

import org.jspecify.annotations.NullMarked;
