/**
 * Tables, chains, sets, maps and rules over nfnetlink, in one transaction. Knows nothing of pods or
 * nodes.
 */
@NullMarked
package io.kindnet.netlink.nftables;

import org.jspecify.annotations.NullMarked;
