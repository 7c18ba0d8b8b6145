/**
 * Receives the queries of pods at the addresses of the name servers that they are for, over UDP and
 * TCP, and sends the answers from there. Knows nothing of what is in a query, of how packets come
 * to its sockets, and of the cluster.
 */
@NullMarked
package io.kindnet.kindnetd.dnscache.server;

import org.jspecify.annotations.NullMarked;
