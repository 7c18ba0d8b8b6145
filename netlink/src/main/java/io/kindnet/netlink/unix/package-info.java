/**
 * Stream sockets of this machine that pass descriptors and tell who the other side is. Knows
 * nothing of what is said over them, and no other package but libc.
 */
@NullMarked
package io.kindnet.netlink.unix;

import org.jspecify.annotations.NullMarked;
