package io.kindnet.kindnetd.nat64;

import io.kindnet.netlink.ip.IpPrefix;
import java.util.List;
import java.util.stream.Stream;

/**
 * What is not global among the addresses of IPv4, which no pod may reach by NAT64 unless the
 * operator allows it (RFC 6052, section 3.1): the registry of RFC 6890, multicast, and what is
 * reserved.
 */
final class SpecialAddresses {
  static final List<IpPrefix> ALL =
      Stream.of(
              "0.0.0.0/8",
              "10.0.0.0/8",
              "100.64.0.0/10",
              "127.0.0.0/8",
              "169.254.0.0/16",
              "172.16.0.0/12",
              "192.0.0.0/24",
              "192.0.2.0/24",
              "192.88.99.0/24",
              "192.168.0.0/16",
              "198.18.0.0/15",
              "198.51.100.0/24",
              "203.0.113.0/24",
              "224.0.0.0/4",
              "240.0.0.0/4")
          .map(IpPrefix::parse)
          .toList();

  private SpecialAddresses() {}
}
