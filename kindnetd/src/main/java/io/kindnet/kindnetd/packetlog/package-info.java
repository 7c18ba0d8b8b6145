/**
 * The log of packets that pass the node, for troubleshooting: the table whose rules log them, and a
 * line for each. Decides nothing about packets.
 */
@NullMarked
package io.kindnet.kindnetd.packetlog;

import org.jspecify.annotations.NullMarked;
