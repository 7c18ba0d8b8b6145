package io.kindnet.cni.model;

/**
 * An address of a pod.
 *
 * @param address the address, without a prefix length
 * @param gateway the base address of {@code range}
 * @param range the range that it is from
 */
record Lease(String address, String gateway, Range range) {
  boolean isIpv6() {
    return range.isIpv6();
  }

  /** The prefix length of a single address: 32 or 128. */
  int bits() {
    return isIpv6() ? 128 : 32;
  }
}
