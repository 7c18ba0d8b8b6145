package io.kindnet.kindnetd.cluster.services;

import java.net.InetAddress;
import java.util.List;

/**
 * What is kept of a Service.
 *
 * @param addresses {@code spec.clusterIPs}; none where it is headless
 */
public record ClusterService(
    String namespace, String name, List<InetAddress> addresses, List<Port> ports) {
  /**
   * A port.
   *
   * @param name by which endpoints have it; empty where it is the only one
   * @param protocol {@code TCP}, {@code UDP} or {@code SCTP}
   */
  public record Port(String name, String protocol, int port) {}

  /** Copies the lists. */
  public ClusterService {
    addresses = List.copyOf(addresses);
    ports = List.copyOf(ports);
  }
}
