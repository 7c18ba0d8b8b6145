package io.kindnet.kindnetd.dnscache.server;

import java.time.Duration;

/**
 * What clients may take.
 *
 * @param questionsOfClient how many queries of one client may wait for an answer that is not in the
 *     cache; what it asks more is left to the name server itself
 * @param connections how many TCP connections there may be; the one that has been idle longest ends
 *     for a new one
 * @param connectionsOfClient how many of these one client may have
 * @param idle after which a TCP connection without a query ends (RFC 7766, 6.2.3)
 */
public record ServerLimits(
    int questionsOfClient, int connections, int connectionsOfClient, Duration idle) {
  /** 256, 1024, 128, 20 s. */
  public static final ServerLimits DEFAULTS =
      new ServerLimits(256, 1024, 128, Duration.ofSeconds(20));
}
