package io.kindnet.kindnetd.cluster.services;

import java.net.InetAddress;
import java.util.List;

/**
 * What is kept of an EndpointSlice: all of its endpoints, ready or not.
 *
 * @param ports each with the name that it has in the Service
 */
public record EndpointSlice(
    String name, List<InetAddress> addresses, List<ClusterService.Port> ports) {
  /** Copies the lists. */
  public EndpointSlice {
    addresses = List.copyOf(addresses);
    ports = List.copyOf(ports);
  }
}
