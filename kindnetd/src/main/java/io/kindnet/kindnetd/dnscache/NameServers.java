package io.kindnet.kindnetd.dnscache;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;

/** Which name servers there are, and who answers for them. May be asked from any thread. */
public interface NameServers {
  /** Their addresses; empty as long as they are not known. */
  Optional<Set<InetAddress>> addresses();

  /** What is missing as long as they are not known, for people. */
  String missing();

  /**
   * Where what is sent to port 53 of a name server arrives, after its address was translated.
   *
   * @param protocol {@code TCP} or {@code UDP}
   * @return empty where that is not known
   */
  Optional<Set<InetSocketAddress>> endpoints(InetAddress server, String protocol);

  /** Has {@code listener} run after each change; it must be quick. */
  void onChange(Runnable listener);
}
