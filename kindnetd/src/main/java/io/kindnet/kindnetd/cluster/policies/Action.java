package io.kindnet.kindnetd.cluster.policies;

/** What a rule says of the connections that it matches. */
public enum Action {
  /** Let through, as far as this direction goes. */
  ACCEPT,
  /** Not let through. */
  DENY,
  /** Left to the next tier. */
  PASS
}
