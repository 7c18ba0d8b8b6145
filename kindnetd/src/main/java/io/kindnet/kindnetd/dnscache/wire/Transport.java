package io.kindnet.kindnetd.dnscache.wire;

/** How a client asks, which says how long an answer may be. */
public enum Transport {
  UDP,
  TCP
}
