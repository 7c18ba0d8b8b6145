package io.kindnet.cni.portmap;

import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;

/**
 * A port of the host that leads to a port of a pod. Both addresses are of one family.
 *
 * @param hostIp the address of the host that it is for; the family's unspecified address ({@code
 *     0.0.0.0} or {@code ::}) stands for every address of the host, 127.0.0.1 included
 * @param hostPort 1 to 65535
 * @param protocol tcp, udp or sctp
 * @param containerIp the pod's address
 * @param containerPort 1 to 65535
 */
public record HostPort(
    InetAddress hostIp,
    int hostPort,
    TransportProtocol protocol,
    InetAddress containerIp,
    int containerPort) {

  /** Whether it is for every address of the host in its family. */
  public boolean isForAnyAddress() {
    return hostIp.isAnyLocalAddress();
  }

  // by hand: what the build writes for a record compares and hashes all in turn, which calls feel

  @Override
  public boolean equals(Object other) {
    return other instanceof HostPort port
        && hostIp.equals(port.hostIp)
        && hostPort == port.hostPort
        && protocol == port.protocol
        && containerIp.equals(port.containerIp)
        && containerPort == port.containerPort;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * hostIp.hashCode() + hostPort) + protocol.number();
  }

  /** Such as {@code 80/tcp on 0.0.0.0}. */
  @Override
  public String toString() {
    return hostPort + "/" + protocol + " on " + IpAddresses.format(hostIp);
  }
}
