package io.kindnet.kindnetd.routes;

import io.kindnet.kindnetd.status.Diagnostic;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteFailure;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Routes that the kernel refuses whoever asks, because it does not take their next hop as one: the
 * broadcast address of a network, for one. A next hop is the address of one Node, and its kubelet
 * writes it: the other nodes go on.
 */
final class UnusableRoutes {
  // by destination
  private final Map<IpPrefix, RouteFailure> failures = new HashMap<>();
  private volatile int count;

  /** Forgets all, before they are tried again. */
  void clear() {
    failures.clear();
  }

  /**
   * Takes those of {@code refused} that are such, and forgets what {@code plan} does not have any
   * more.
   *
   * @return the others of {@code refused}
   */
  List<RouteFailure> setAside(List<RouteFailure> refused, RoutePlan plan) {
    List<RouteFailure> others = new ArrayList<>();
    for (RouteFailure failure : refused) {
      if (failure.error().errno() == Errno.EINVAL && isPlanned(failure.route(), plan)) {
        failures.put(failure.route().destination(), failure);
      } else {
        others.add(failure);
      }
    }
    failures.values().removeIf(failure -> !isPlanned(failure.route(), plan));
    count = failures.size();
    return others;
  }

  private static boolean isPlanned(Route route, RoutePlan plan) {
    return route.equals(plan.routes().get(route.destination()));
  }

  /** Whether the route to {@code destination} is one. */
  boolean contains(IpPrefix destination) {
    return failures.containsKey(destination);
  }

  /** All of them. */
  Collection<RouteFailure> all() {
    return failures.values();
  }

  /** What an operator should know of, each with its node. */
  Set<Diagnostic> diagnostics(RoutePlan plan) {
    Set<Diagnostic> diagnostics = new HashSet<>();
    failures.forEach((cidr, failure) -> {
      String node = plan.ownerOf(failure.route()).map(name -> " of node " + name).orElse("");
      String text = "no route to pod CIDR " + cidr + node + ": " + failure.error().getMessage();
      diagnostics.add(new Diagnostic(true, text));
    });
    return diagnostics;
  }

  /** For {@code /readyz}; may be asked for by other threads. */
  Optional<String> detail() {
    int now = count;
    return now == 0
        ? Optional.empty()
        : Optional.of("the kernel refuses the next hops of " + now + " pod CIDRs, see the log");
  }
}
