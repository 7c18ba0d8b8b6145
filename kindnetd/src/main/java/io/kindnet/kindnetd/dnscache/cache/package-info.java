/**
 * Keeps the answers of name servers in a bounded amount of memory for as long as the RFCs allow:
 * which answer is found for which question, when it expires, which one goes for lack of space. Asks
 * no server.
 */
@NullMarked
package io.kindnet.kindnetd.dnscache.cache;

import org.jspecify.annotations.NullMarked;
