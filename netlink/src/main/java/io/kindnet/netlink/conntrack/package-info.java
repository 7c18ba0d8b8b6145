/**
 * Connection tracking entries over nfnetlink: list, delete by filter. Knows nothing of pods or
 * nodes.
 */
@NullMarked
package io.kindnet.netlink.conntrack;

import org.jspecify.annotations.NullMarked;
