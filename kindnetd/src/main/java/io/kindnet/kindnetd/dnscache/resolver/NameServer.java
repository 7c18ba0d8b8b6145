package io.kindnet.kindnetd.dnscache.resolver;

import java.net.InetSocketAddress;

/**
 * A name server whose answers are cached. The same object from when it is added until it is
 * removed.
 */
public interface NameServer {
  /** Address and port that clients send to. */
  InetSocketAddress address();

  /** Whether it answers, as far as is known; one that was never asked does. */
  boolean answers();
}
