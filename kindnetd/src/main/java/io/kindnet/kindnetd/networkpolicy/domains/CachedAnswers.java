package io.kindnet.kindnetd.networkpolicy.domains;

import java.net.InetAddress;
import java.util.Collection;
import java.util.function.Predicate;

/** The answers that clients may get without a name server being asked again. */
@FunctionalInterface
public interface CachedAnswers {
  /** There are none. */
  CachedAnswers NONE = (names, listener) -> {};

  /**
   * Gives those about certain names to {@code listener}.
   *
   * @param names takes a name in presentation format, in lower case, with the final dot
   */
  void forEach(Predicate<String> names, Listener listener);

  /** Takes what answers say. */
  @FunctionalInterface
  interface Listener {
    /**
     * A name has addresses.
     *
     * @param seconds for how long clients may use them
     */
    void answered(String name, Collection<InetAddress> addresses, long seconds);
  }
}
