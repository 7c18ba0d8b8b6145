package io.kindnet.kindnetd.dnscache.server;

import io.kindnet.kindnetd.dnscache.resolver.ClientQuery;
import io.kindnet.kindnetd.dnscache.resolver.QueryHandler;
import io.kindnet.kindnetd.dnscache.wire.Transport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for what is not in the cache, as much for each client as its share.
 *
 * @param handler of the thread that asks
 * @param ofClients how many questions each client has under way, by all transports
 */
record Questions(QueryHandler handler, ClientCounts ofClients, TrafficCounts counts) {
  private static final Logger log = LoggerFactory.getLogger(Questions.class);

  /**
   * Asks for one.
   *
   * @param query valid during the call
   * @param answered is given each message of the answer
   * @param declined runs if there is none
   * @param ended runs once, after the first of these
   */
  void ask(
      Endpoint endpoint,
      InetSocketAddress client,
      Transport transport,
      ByteBuffer query,
      Consumer<ByteBuffer> answered,
      Runnable declined,
      Runnable ended) {
    if (!ofClients.take(client.getAddress())) {
      counts.limited.increment();
      declined.run();
      ended.run();
      return;
    }
    endpoint.begin();
    UnansweredQuery responder =
        new UnansweredQuery(
            answered,
            declined,
            () -> {
              ofClients.giveBack(client.getAddress());
              endpoint.end();
              ended.run();
            });
    try {
      handler.handle(new ClientQuery(endpoint.server(), transport, query), responder);
    } catch (RuntimeException bug) {
      log.error("a query of {} is left to the server", client, bug);
      responder.decline();
    }
  }
}
