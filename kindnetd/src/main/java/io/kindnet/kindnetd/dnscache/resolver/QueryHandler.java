package io.kindnet.kindnetd.dnscache.resolver;

import io.kindnet.kindnetd.dnscache.wire.Transport;
import java.nio.ByteBuffer;

/** Answers queries. Not thread-safe: each thread that receives queries has one of its own. */
public interface QueryHandler {
  /**
   * Answers a query from the cache, in less than a microsecond and without allocating.
   *
   * @param query the message between position and limit, which stay as they are
   * @param answer into which the answer is written, from its position on; the position is moved
   *     behind it. Without 512 bytes of space for UDP, or 65535 for TCP, the answer may be refused.
   * @return whether there is one; if not, nothing was written, and {@link #handle} is to be called
   */
  boolean answer(NameServer server, Transport transport, ByteBuffer query, ByteBuffer answer);

  /**
   * Answers a query in whichever way. Does not wait for the server: the responder is called before
   * this returns, or later by the resolver's thread. What is no query at all is declined.
   *
   * @param query whose bytes are not used after the return
   */
  void handle(ClientQuery query, Responder responder);
}
