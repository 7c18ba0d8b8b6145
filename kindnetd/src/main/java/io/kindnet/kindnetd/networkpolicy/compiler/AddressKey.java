package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.netlink.ip.AddressBits;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.nftables.expr.Value;
import java.net.InetAddress;

/**
 * An address, in half the memory of an {@link InetAddress}: tens of thousands are keys of maps.
 *
 * @param family of the address
 * @param high the first 64 bits, those of IPv4 first
 * @param low the last 64 bits
 */
public record AddressKey(AddressFamily family, long high, long low) {
  /** The key of {@code address}. */
  public static AddressKey of(InetAddress address) {
    AddressBits bits = AddressBits.of(address);
    return new AddressKey(AddressFamily.of(address), bits.high(), bits.low());
  }

  AddressBits bits() {
    return new AddressBits(high, low);
  }

  /** The address as the key of an element. */
  public Value value() {
    return Value.of(bits().toBytes(family.bytes()));
  }

  /** The address. */
  public InetAddress address() {
    return IpAddresses.of(bits().toBytes(family.bytes()));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AddressKey key
        && high == key.high
        && low == key.low
        && family == key.family;
  }

  @Override
  public int hashCode() {
    // addresses of a cluster differ in a few bits only
    return Long.hashCode((high * 31 + low) * 0x9E3779B97F4A7C15L);
  }

  @Override
  public String toString() {
    return IpAddresses.format(address());
  }
}
