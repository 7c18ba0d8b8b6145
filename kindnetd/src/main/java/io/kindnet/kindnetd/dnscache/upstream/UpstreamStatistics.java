package io.kindnet.kindnetd.dnscache.upstream;

/**
 * What has happened with a server.
 *
 * @param questions asked of it, retries and probes not counted
 * @param answered of these
 * @param timeouts questions without an answer
 * @param discarded messages that were no answer to anything under way
 * @param truncated answers that were asked for again over TCP
 * @param answerNanos time until the answers came, in all
 */
public record UpstreamStatistics(
    long questions,
    long answered,
    long timeouts,
    long discarded,
    long truncated,
    long answerNanos) {}
