package io.kindnet.kindnetd.networkpolicy.denials;

import java.util.List;

/**
 * Why a chain denies.
 *
 * @param kind what makes it deny
 * @param policies the names of the policies that say so: {@code NAMESPACE/NAME}, or {@code NAME} of
 *     a ClusterNetworkPolicy
 */
public record DenyReason(Kind kind, List<String> policies) {
  /** Copies the list. */
  public DenyReason {
    policies = List.copyOf(policies);
  }

  /** What makes a chain deny. */
  public enum Kind {
    /** The policies select the pod, and none of their rules lets the connection through. */
    DEFAULT_DENY("no rule of these policies allows it"),
    /** A rule of the policy denies the connection. */
    RULE("denied by a rule"),
    /** The policy cannot be followed. */
    UNUSABLE("the policy cannot be followed"),
    /** Which policies the pod has is not known yet. */
    PENDING("the Pod is not known yet"),
    /** The chain is one that this kindnetd does not know, as of another version. */
    UNKNOWN("unknown");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /** For people. */
    @Override
    public String toString() {
      return text;
    }
  }
}
