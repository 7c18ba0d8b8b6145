package io.kindnet.kindnetd.dnscache.server;

import java.time.Duration;

/**
 * What an {@link EndpointThread} does with one kind of sockets.
 *
 * @param <T> what is waited for
 */
interface EndpointService<T> {
  /** For how long what is on its way through the kernel may still come. */
  Duration SETTLE = Duration.ofMillis(50);

  /** Nothing is to be done until something comes. */
  Duration LONG = Duration.ofHours(1);

  /** Serves an endpoint, too, until it is retired. */
  void open(Endpoint endpoint);

  /** Something is there to be read, or can be written. */
  void serve(T ready);

  /** Does what no socket asks for; called after each turn. */
  void review();

  /** When the next turn is, if nothing comes. */
  Duration timeout();

  /** Closes all sockets. */
  void close();
}
