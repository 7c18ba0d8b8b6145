package io.kindnet.cni.store;

/** Who runs a call. */
public enum ExecutionMode {
  /** A process of its own. */
  COLD,
  /** The agent, which is there already. */
  WARM
}
