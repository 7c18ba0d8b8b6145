package io.kindnet.kindnetd.podlinks;

import java.util.Map;

/** What pods need on the host cannot be put back. */
final class PodLinkException extends Exception {
  private static final long serialVersionUID = 1;

  /**
   * @param failures what is wrong, with the reason why it stays so; at least one
   */
  PodLinkException(Map<String, String> failures) {
    super(message(failures));
  }

  private static String message(Map<String, String> failures) {
    Map.Entry<String, String> first = failures.entrySet().iterator().next();
    String more = failures.size() == 1 ? "" : " (and " + (failures.size() - 1) + " more)";
    return first.getKey() + ": " + first.getValue() + more;
  }
}
