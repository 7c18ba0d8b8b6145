/**
 * Answers the queries of clients for a name server: from the cache, else by asking the server.
 * Knows neither how queries come to this node's cache nor anything of the cluster.
 */
@NullMarked
package io.kindnet.kindnetd.dnscache.resolver;

import org.jspecify.annotations.NullMarked;
