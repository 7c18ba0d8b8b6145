/**
 * Packets that rules log to a group, read over nfnetlink. Knows nothing of what is inside a packet,
 * nor of pods or nodes.
 */
@NullMarked
package io.kindnet.netlink.nflog;

import org.jspecify.annotations.NullMarked;
