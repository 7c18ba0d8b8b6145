/**
 * What the tables of {@code iptables-legacy} have: the packet filter of before nftables, which
 * netlink does not show. Changes nothing.
 */
@NullMarked
package io.kindnet.netlink.iptables;

import org.jspecify.annotations.NullMarked;
