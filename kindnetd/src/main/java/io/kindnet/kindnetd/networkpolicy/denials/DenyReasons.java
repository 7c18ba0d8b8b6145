package io.kindnet.kindnetd.networkpolicy.denials;

import io.kindnet.kindnetd.cluster.policies.Direction;
import java.util.Optional;

/** Tells why chains of the table deny. */
@FunctionalInterface
public interface DenyReasons {
  /**
   * Why a chain denies; quick, and on any thread.
   *
   * @param chain its name, or the end of it where the name has more than a hundred bytes
   * @return empty if there is no such chain
   */
  Optional<DenyReason> of(Direction direction, String chain);
}
