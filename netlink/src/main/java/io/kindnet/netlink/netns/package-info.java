/**
 * Runs work inside a network namespace, on a platform thread of its own that ends afterwards. Knows
 * nothing of messages.
 */
@NullMarked
package io.kindnet.netlink.netns;

import org.jspecify.annotations.NullMarked;
