/**
 * JUnit fixtures for code that talks to the kernel's network stack: namespaces with leak checks,
 * listings to compare with, bytes to read, echo servers to reach. Works through programs only and
 * must not know the netlink module, whose tests stand on it.
 */
@NullMarked
package io.kindnet.netlink.testing;

import org.jspecify.annotations.NullMarked;
