package io.kindnet.kindnetd.fastpath;

import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.OperationalState;
import io.kindnet.netlink.route.RouteLookup;
import io.kindnet.netlink.route.RouteSocket;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The interfaces between which flows are offloaded: those that packets really come in by, plain
 * ones and veths, which are up and no port of anything. Through a bridge, a bond, a VLAN or a
 * tunnel flows go the usual way: what these do to packets (the filters of a bridge, encapsulation)
 * is not to be skipped.
 */
final class FastPathInterfaces {
  private final RouteSocket kernel;
  private final String podLinkPrefix;
  private final Set<String> translating;

  /**
   * @param kernel stays the caller's to close
   * @param podLinkPrefix what the names of the interfaces begin with that lead to pods of our
   *     plugin
   * @param translating the names of interfaces at which packets become those of another family:
   *     where a flow goes on is for the routes of that family to say
   */
  FastPathInterfaces(RouteSocket kernel, String podLinkPrefix, Set<String> translating) {
    this.kernel = kernel;
    this.podLinkPrefix = podLinkPrefix;
    this.translating = translating;
  }

  /** The names of all of them, for where no network policies are enforced. */
  Set<String> all() {
    return names(link -> true);
  }

  /** The names of those that lead to no restricted pod, and to no pod that is not known. */
  Set<String> of(OffloadablePods pods) {
    Set<Integer> unrestricted = linksTo(pods.unrestricted());
    Set<Integer> restricted = linksTo(pods.restricted());
    return names(link ->
        !restricted.contains(link.index())
            && (unrestricted.contains(link.index()) || !link.name().startsWith(podLinkPrefix)));
  }

  private Set<String> names(Predicate<Link> condition) {
    Set<String> names = new TreeSet<>();
    for (Link link : kernel.links().list()) {
      boolean real = link.kind().isEmpty() || link.kind().equals("veth");
      if (real
          && !link.isLoopback()
          && link.masterIndex() == 0
          && link.operationalState() == OperationalState.UP
          && !translating.contains(link.name())
          && condition.test(link)) {
        names.add(link.name());
      }
    }
    return names;
  }

  /** Where a pod's interface is gone, the way to its address may be that to other machines. */
  private Set<Integer> linksTo(Collection<InetAddress> addresses) {
    Set<Integer> links = new HashSet<>();
    for (InetAddress address : addresses) {
      kernel
          .routes()
          .lookup(address)
          .filter(RouteLookup::isDirect)
          .ifPresent(way -> links.add(way.linkIndex()));
    }
    return links;
  }
}
