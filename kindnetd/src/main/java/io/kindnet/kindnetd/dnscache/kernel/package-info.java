/**
 * How the queries of this node's pods come to the cache, without which they go where they went
 * before: a table and a routing table. Knows nothing of DNS, of the cluster and of the sockets.
 */
@NullMarked
package io.kindnet.kindnetd.dnscache.kernel;

import org.jspecify.annotations.NullMarked;
