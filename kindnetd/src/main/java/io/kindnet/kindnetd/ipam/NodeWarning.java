package io.kindnet.kindnetd.ipam;

/** Tells the cluster that something is wrong with this node. */
@FunctionalInterface
public interface NodeWarning {
  /**
   * Tells, and does not fail if nobody hears it.
   *
   * @param reason a word in CamelCase, as the reasons of Events are
   * @param message for people
   */
  void send(String reason, String message);
}
