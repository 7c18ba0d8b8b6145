package io.kindnet.cni.model;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Collection;

/**
 * A range of addresses, and which of them pods may have: the rules of {@code docs/porting-map.md}.
 *
 * @param cidr as in the configuration
 */
record Range(String cidr) {
  boolean isIpv6() {
    return cidr.indexOf(':') >= 0;
  }

  /** The base address, which is the gateway of the pods in the range. */
  String gateway() {
    return cidr.substring(0, cidr.indexOf('/'));
  }

  int length() {
    return Integer.parseInt(cidr.substring(cidr.indexOf('/') + 1));
  }

  /** Whether a pod may have {@code address}. */
  boolean serves(String address) {
    if (isIpv6() != address.indexOf(':') >= 0) {
      return false;
    }
    BigInteger offset = number(address).subtract(number(gateway()));
    return offset.compareTo(first()) >= 0 && offset.compareTo(end()) < 0;
  }

  /** Whether pods have all of it. */
  boolean isFull(Collection<String> taken) {
    BigInteger capacity = end().subtract(first()).max(BigInteger.ZERO);
    long used = taken.stream().filter(this::serves).count();
    return capacity.compareTo(BigInteger.valueOf(used)) <= 0;
  }

  /** Behind the gateway and what is reserved, which a range gives up that has no room else. */
  private BigInteger first() {
    int hostBits = hostBits();
    int reserved = hostBits <= 6 ? 2 : hostBits == 7 ? 4 : 6;
    BigInteger first = BigInteger.valueOf(1 + reserved);
    return first.compareTo(end()) < 0 ? first : BigInteger.ONE;
  }

  private BigInteger end() {
    BigInteger size = BigInteger.ONE.shiftLeft(hostBits());
    boolean hasBroadcast = !isIpv6() && hostBits() > 1;
    return hasBroadcast ? size.subtract(BigInteger.ONE) : size;
  }

  private int hostBits() {
    return (isIpv6() ? 128 : 32) - length();
  }

  private static BigInteger number(String address) {
    return new BigInteger(1, InetAddress.ofLiteral(address).getAddress());
  }

  @Override
  public String toString() {
    return cidr;
  }
}
