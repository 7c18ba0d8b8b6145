package io.kindnet.kindnetd.dnscache.wire;

import java.net.InetAddress;
import java.util.List;

/**
 * The addresses that an answer gives for the name that was asked for.
 *
 * @param name that was asked for, in lower case, with the final dot
 * @param addresses of its A and AAAA records, CNAME records followed; empty if it has none
 * @param seconds the smallest TTL of these records
 */
public record AnswerAddresses(String name, List<InetAddress> addresses, long seconds) {}
