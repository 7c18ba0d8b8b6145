/** Addresses and prefixes as values. Never looks up a name, never talks to the kernel. */
@NullMarked
package io.kindnet.netlink.ip;

import org.jspecify.annotations.NullMarked;
