package io.kindnet.kindnetd.networkpolicy.evaluator;

/** What a tier says of a connection in one direction. */
public enum Decision {
  /** Let through; lower tiers are not asked. */
  ACCEPT,
  /** Not let through; lower tiers are not asked. */
  DENY,
  /** A rule leaves it to the lower tiers. */
  PASS,
  /** No policy of the tier speaks; the lower tiers are asked. */
  NONE
}
