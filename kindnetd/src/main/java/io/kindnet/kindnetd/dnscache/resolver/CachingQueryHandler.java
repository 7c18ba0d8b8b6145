package io.kindnet.kindnetd.dnscache.resolver;

import io.kindnet.kindnetd.dnscache.wire.Dns;
import io.kindnet.kindnetd.dnscache.wire.Query;
import io.kindnet.kindnetd.dnscache.wire.Transport;
import java.nio.ByteBuffer;

/** What a {@link CachingResolver} does with queries that one thread receives. */
final class CachingQueryHandler implements QueryHandler {
  private final CachingResolver resolver;
  private final Query query = new Query();
  private final ByteBuffer scratch = ByteBuffer.allocate(Dns.LARGEST_MESSAGE);

  CachingQueryHandler(CachingResolver resolver) {
    this.resolver = resolver;
  }

  @Override
  public boolean answer(
      NameServer nameServer, Transport transport, ByteBuffer message, ByteBuffer to) {
    CachedServer server = (CachedServer) nameServer;
    return query.read(message) == Query.Kind.PLAIN
        && mayCache(server)
        && resolver.hits().answer(server, query, transport, to);
  }

  private boolean mayCache(CachedServer server) {
    return !query.cookie() || server.ignoresCookies();
  }

  @Override
  public void handle(ClientQuery asked, Responder responder) {
    CachedServer server = (CachedServer) asked.server();
    Query.Kind kind = query.read(asked.message());
    if (kind == Query.Kind.NONE) {
      resolver.decline(responder);
      return;
    }
    byte[] message = new byte[asked.message().remaining()];
    asked.message().get(asked.message().position(), message);
    if (kind == Query.Kind.ODD || !mayCache(server)) {
      resolver.pass(server, message, asked.transport(), responder);
      return;
    }
    // it may have come since somebody has looked
    scratch.clear();
    if (resolver.hits().answer(server, query, asked.transport(), scratch)) {
      responder.respond(scratch.flip());
    } else if (server.answers()) {
      resolver.counters().misses.increment();
      lookUp(server, message, asked.transport(), responder);
    } else {
      resolver.decline(responder);
    }
  }

  private void lookUp(
      CachedServer server, byte[] message, Transport transport, Responder responder) {
    String key = Lookup.key(query);
    while (true) {
      Lookup waiting = server.lookups().get(key);
      if (waiting != null) {
        if (waiting.add(message, transport, responder)) {
          return;
        }
        continue; // its answer has come just now, and it was removed before that
      }
      if (!resolver.underWay().begin()) {
        resolver.decline(responder);
        return;
      }
      Lookup lookup = new Lookup(resolver, server, key, message);
      lookup.add(message, transport, responder);
      if (server.lookups().putIfAbsent(key, lookup) == null) {
        lookup.start();
        return;
      }
      resolver.underWay().end();
    }
  }
}
