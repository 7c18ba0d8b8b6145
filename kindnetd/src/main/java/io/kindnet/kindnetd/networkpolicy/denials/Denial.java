package io.kindnet.kindnetd.networkpolicy.denials;

import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.packets.PacketHeader;
import java.net.InetAddress;
import java.util.Optional;

/**
 * A connection that was denied.
 *
 * @param direction seen from {@code pod}
 * @param pod the side that the policies are about
 * @param peer the other side
 * @param header what its packet says
 * @param chain the chain that denied it
 * @param reason why that does
 */
record Denial(
    Direction direction,
    Side pod,
    Side peer,
    PacketHeader header,
    String chain,
    DenyReason reason) {
  /**
   * One side of a connection.
   *
   * @param name {@code NAMESPACE/NAME} of a pod; empty if the address is no pod's
   */
  record Side(InetAddress address, Optional<String> name) {}
}
