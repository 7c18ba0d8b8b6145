package io.kindnet.kindnetd.dnscache.resolver;

import java.net.InetSocketAddress;

/**
 * What has happened with a name server since it was added.
 *
 * @param questions asked of it, retries and probes not counted
 * @param answered of these
 * @param failures answered with SERVFAIL or REFUSED, of these
 * @param timeouts questions without an answer in time
 * @param discarded messages that were no answer to what was asked
 * @param truncated answers that were asked for again over TCP
 * @param answerNanos time until the answers came, in all; {@code answered} divides it
 */
public record ServerStatistics(
    InetSocketAddress server,
    boolean answers,
    long questions,
    long answered,
    long failures,
    long timeouts,
    long discarded,
    long truncated,
    long answerNanos) {}
