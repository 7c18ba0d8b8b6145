package io.kindnet.netlink.testing;

/** What echo servers speak. */
public enum Transport {
  TCP,
  UDP
}
