package io.kindnet.kindnetd.routes;

import io.kindnet.netlink.route.RouteFailure;
import java.io.IOException;
import java.util.List;

/** The kernel refused routes; the message names the first of them, its node and the reason. */
final class RouteUpdateException extends IOException {
  private static final long serialVersionUID = 1L;

  private RouteUpdateException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Throws one, if there are any.
   *
   * @param plan knows which node a route is for
   */
  static void throwIfAny(List<RouteFailure> failures, RoutePlan plan) throws RouteUpdateException {
    if (failures.isEmpty()) {
      return;
    }
    RouteFailure first = failures.getFirst();
    StringBuilder text = new StringBuilder(String.valueOf(first.error().getMessage()));
    plan.ownerOf(first.route()).ifPresent(node -> text.append(", for node ").append(node));
    if (failures.size() > 1) {
      text.append(" (and ").append(failures.size() - 1).append(" more)");
    }
    throw new RouteUpdateException(text.toString(), first.error());
  }
}
