/**
 * DNS messages as bytes (RFC 1035, RFC 6891): what a query asks, where the records of an answer
 * have their TTLs, answers made of the records of another. Does no input or output and remembers
 * nothing.
 */
@NullMarked
package io.kindnet.kindnetd.dnscache.wire;

import org.jspecify.annotations.NullMarked;
