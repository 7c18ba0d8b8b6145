package io.kindnet.cni.protocol;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What ADD made, independent of the specification version: {@link CniResultWriter} puts it into the
 * form of one, {@link CniResultReader} reads any of them.
 *
 * @param interfaces the interfaces that were made, on the host and inside
 * @param ips the pod's addresses, IPv4 first
 * @param routes the pod's routes
 * @param dns what the configuration said about DNS
 */
public record CniResult(List<Interface> interfaces, List<Ip> ips, List<Route> routes, Dns dns) {

  /**
   * An interface.
   *
   * @param name its name
   * @param mac its hardware address, such as {@code 0a:58:0a:f4:01:07}; may be empty
   * @param mtu its MTU in bytes, 0 if unknown
   * @param sandbox the path of the namespace it is in, empty for the host
   */
  public record Interface(String name, String mac, int mtu, String sandbox) {}

  /**
   * An address.
   *
   * @param interfaceIndex the place in {@code interfaces} of the one that carries it, or -1
   * @param address the address
   * @param prefixLength its length, 0 to 32 or 0 to 128
   * @param gateway the gateway of its family, or null
   */
  public record Ip(
      int interfaceIndex, InetAddress address, int prefixLength, @Nullable InetAddress gateway) {
    /** The address and its length, such as {@code 10.244.1.7/32}. */
    public String cidr() {
      return IpAddresses.format(address) + "/" + prefixLength;
    }
  }

  /**
   * A route in the pod.
   *
   * @param destination where it leads
   * @param gateway the next hop, or null for the gateway of the address of this family
   */
  public record Route(IpPrefix destination, @Nullable InetAddress gateway) {}
}
