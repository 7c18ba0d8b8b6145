package io.kindnet.kindnetd.podlinks;

import java.util.List;

/** What pods need on the host cannot be put back. */
final class PodLinkException extends Exception {
  private static final long serialVersionUID = 1;

  /**
   * @param failures what is wrong and why it stays so, a sentence each; at least one
   */
  PodLinkException(List<String> failures) {
    super(
        failures.size() == 1
            ? failures.getFirst()
            : failures.getFirst() + " (and " + (failures.size() - 1) + " more)");
  }
}
