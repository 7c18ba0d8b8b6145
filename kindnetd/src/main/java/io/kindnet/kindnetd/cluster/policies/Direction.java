package io.kindnet.kindnetd.cluster.policies;

/** Which way a connection goes, seen from the pod that a policy selects. */
public enum Direction {
  /** To the pod. */
  INGRESS,
  /** From the pod. */
  EGRESS
}
