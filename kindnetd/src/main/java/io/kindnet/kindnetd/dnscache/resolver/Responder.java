package io.kindnet.kindnetd.dnscache.resolver;

import java.nio.ByteBuffer;

/** Where the answer to one query goes. Of its methods one is called, from any thread. */
public interface Responder {
  /**
   * Sends an answer to the client. Called once; only the answer to a zone transfer over TCP may
   * come in several messages, one call for each.
   *
   * @param answer the whole message between position and limit, with ID and case of the query; over
   *     TCP without its length. Valid during the call only.
   */
  void respond(ByteBuffer answer);

  /**
   * There will be no answer from here: what the client sends next should go past the cache to the
   * server itself.
   */
  void decline();
}
