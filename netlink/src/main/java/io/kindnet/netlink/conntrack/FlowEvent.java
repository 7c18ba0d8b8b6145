package io.kindnet.netlink.conntrack;

/**
 * Something that happened to a flow.
 *
 * @param kind what
 * @param flow the flow as it is afterwards, or was at its end
 */
public record FlowEvent(Kind kind, Flow flow) {
  /** What can happen. */
  public enum Kind {
    NEW,
    CHANGED,
    DESTROYED
  }
}
