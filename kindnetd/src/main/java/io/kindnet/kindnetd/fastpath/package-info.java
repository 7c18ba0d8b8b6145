/**
 * The fast path: flows that have lasted for some packets go from one interface to the other past
 * the hooks of IP, by a flowtable. Knows nothing of policies, which is why it is not used with
 * them.
 */
@NullMarked
package io.kindnet.kindnetd.fastpath;

import org.jspecify.annotations.NullMarked;
