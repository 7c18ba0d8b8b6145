/**
 * The fast path: flows that have lasted for some packets go from one interface to the other past
 * the hooks of IP, by a flowtable. Of network policies it knows only which pods they select: of
 * those no flow is offloaded.
 */
@NullMarked
package io.kindnet.kindnetd.fastpath;

import org.jspecify.annotations.NullMarked;
