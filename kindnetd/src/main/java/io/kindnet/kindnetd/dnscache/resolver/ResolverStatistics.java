package io.kindnet.kindnetd.dnscache.resolver;

import io.kindnet.kindnetd.dnscache.wire.AnswerKind;
import java.util.List;
import java.util.Map;

/**
 * What a resolver has done since it was made.
 *
 * @param hits answers from the cache, by what was cached
 * @param stale of these, from answers that had expired, of servers that do not answer
 * @param misses queries for which a server was asked, or was being asked already
 * @param passed queries passed on as they were, answered or not
 * @param declined queries that got no answer
 * @param refreshed answers asked for again before they expired
 * @param evicted answers removed for lack of space before they expired
 * @param entries in the cache
 * @param bytes that they take
 * @param servers in the order of their addition
 */
public record ResolverStatistics(
    Map<AnswerKind, Long> hits,
    long stale,
    long misses,
    long passed,
    long declined,
    long refreshed,
    long evicted,
    long entries,
    long bytes,
    List<ServerStatistics> servers) {}
