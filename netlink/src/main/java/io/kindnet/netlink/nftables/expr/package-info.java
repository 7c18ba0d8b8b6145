/**
 * The expressions that an nftables rule is made of, one per file. Knows nothing of tables and sets
 * but their names.
 */
@NullMarked
package io.kindnet.netlink.nftables.expr;

import org.jspecify.annotations.NullMarked;
