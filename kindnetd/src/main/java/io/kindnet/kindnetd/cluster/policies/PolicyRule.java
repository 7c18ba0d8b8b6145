package io.kindnet.kindnetd.cluster.policies;

import java.util.List;

/**
 * One rule of a policy.
 *
 * @param place where it stands, such as {@code ingress[2]}, with its name where it has one: {@code
 *     ingress[2] (allow-dns)}
 * @param peers empty for everybody
 * @param ports empty for all traffic, of any protocol
 */
public record PolicyRule(String place, Action action, List<Peer> peers, List<PolicyPort> ports) {
  /** Copies the lists. */
  public PolicyRule {
    peers = List.copyOf(peers);
    ports = List.copyOf(ports);
  }
}
