package io.kindnet.kindnetd.cluster.policies;

import io.kindnet.cni.protocol.TransportProtocol;
import java.util.Optional;

/** Which ports of the destination a rule is about. */
public sealed interface PolicyPort {
  /**
   * Ports by their numbers.
   *
   * @param first 0 to 65535; 0 to 65535 is every port of the protocol
   * @param last not below {@code first}; included
   */
  record Range(TransportProtocol protocol, int first, int last) implements PolicyPort {}

  /**
   * The ports to which the destination pod gives a name.
   *
   * @param protocol empty where it may be any
   */
  record Named(Optional<TransportProtocol> protocol, String name) implements PolicyPort {}
}
