/**
 * Packets that rules have logged: reads them from a group of nflog, says what their headers are,
 * and writes lines of logs. Knows nothing of what the packets are logged for.
 */
@NullMarked
package io.kindnet.kindnetd.packets;

import org.jspecify.annotations.NullMarked;
