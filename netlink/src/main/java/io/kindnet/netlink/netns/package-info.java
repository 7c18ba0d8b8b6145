/**
 * Runs work inside a network namespace, on a platform thread that leaves it afterwards. Knows
 * nothing of messages.
 */
@NullMarked
package io.kindnet.netlink.netns;

import org.jspecify.annotations.NullMarked;
