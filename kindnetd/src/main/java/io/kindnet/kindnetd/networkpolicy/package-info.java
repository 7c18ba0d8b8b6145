/**
 * Enforces network policies: keeps a table of nftables as the policies and pods of the cluster call
 * for. What a policy means is in {@code compiler}, which touches no kernel.
 */
@NullMarked
package io.kindnet.kindnetd.networkpolicy;

import org.jspecify.annotations.NullMarked;
