/**
 * Connections of the node: metrics of connection tracking, and the list of what it has. Changes
 * nothing but the two settings without which the kernel counts neither packets nor time. Knows
 * nothing of policies.
 */
@NullMarked
package io.kindnet.kindnetd.conntrack;

import org.jspecify.annotations.NullMarked;
