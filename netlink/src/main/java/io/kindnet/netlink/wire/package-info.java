/**
 * Netlink messages on the wire: header, attributes, request and acknowledgement, dumps, batches,
 * notifications. Knows no family.
 */
@NullMarked
package io.kindnet.netlink.wire;

import org.jspecify.annotations.NullMarked;
