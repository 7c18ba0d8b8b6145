/**
 * NAT64: pods that have IPv6 only reach servers of IPv4. What packets go through is the kernel's,
 * and goes on without this: it makes the links, routes, rules and programs, and tells the programs
 * which pods there are.
 */
@NullMarked
package io.kindnet.kindnetd.nat64;

import org.jspecify.annotations.NullMarked;
