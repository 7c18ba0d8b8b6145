package io.kindnet.kindnetd.dnscache.resolver;

import io.kindnet.kindnetd.dnscache.wire.AnswerKind;
import java.net.InetSocketAddress;

/**
 * An answer in the cache, for people.
 *
 * @param name in the presentation format of RFC 1035, in lower case, with the final dot
 * @param type of RFC 1035 section 3.2.2, as a number
 * @param kind what was answered
 * @param secondsLeft until it expires; below zero for one that only a silent server makes of use
 * @param hits how often it was used, about
 */
public record CachedAnswer(
    InetSocketAddress server,
    String name,
    int type,
    AnswerKind kind,
    long secondsLeft,
    long hits) {}
