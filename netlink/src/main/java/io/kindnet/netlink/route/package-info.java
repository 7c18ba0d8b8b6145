/** Links, addresses, routes and neighbours over rtnetlink. Knows nothing of nftables. */
@NullMarked
package io.kindnet.netlink.route;

import org.jspecify.annotations.NullMarked;
