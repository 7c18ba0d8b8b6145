/**
 * Asks name servers: UDP with random ports and IDs, TCP for what does not fit, retries, deadlines,
 * and whether a server answers at all. Knows messages only as far as it takes to tell an answer to
 * a question from anything else.
 */
@NullMarked
package io.kindnet.kindnetd.dnscache.upstream;

import org.jspecify.annotations.NullMarked;
