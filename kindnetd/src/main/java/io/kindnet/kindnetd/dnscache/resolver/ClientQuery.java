package io.kindnet.kindnetd.dnscache.resolver;

import io.kindnet.kindnetd.dnscache.wire.Transport;
import java.nio.ByteBuffer;

/**
 * A client's query as it came.
 *
 * @param server the one that it was sent to
 * @param message the whole message between position and limit; over TCP without its length
 */
public record ClientQuery(NameServer server, Transport transport, ByteBuffer message) {}
