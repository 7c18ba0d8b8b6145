/**
 * What the agent tells the cluster of its node: the condition {@code NetworkUnavailable} and
 * events. Knows nothing of the kernel.
 */
@NullMarked
package io.kindnet.kindnetd.nodestatus;

import org.jspecify.annotations.NullMarked;
