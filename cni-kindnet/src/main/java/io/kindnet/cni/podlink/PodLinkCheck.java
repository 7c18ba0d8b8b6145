package io.kindnet.cni.podlink;

import io.kindnet.cni.ipam.Lease;
import io.kindnet.cni.protocol.CniResult;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.route.Address;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.MacAddress;
import io.kindnet.netlink.route.Route;
import io.kindnet.netlink.route.RouteFilter;
import io.kindnet.netlink.route.RouteSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks whether the interface of a pod is still as ADD left it. */
public final class PodLinkCheck {
  private final HostNetwork host;
  private final PodNetwork pod;
  private final PodLinkSpec spec;
  private final List<String> problems = new ArrayList<>();

  private PodLinkCheck(HostNetwork host, PodNetwork pod, PodLinkSpec spec) {
    this.host = host;
    this.pod = pod;
    this.spec = spec;
  }

  /**
   * What is different, a sentence each; empty if all is well.
   *
   * @param spec what is remembered; of its ranges only the base address counts
   * @param result what ADD said, after what later plugins of the chain made of it
   */
  public static List<String> problems(
      HostNetwork host, PodNetwork pod, PodLinkSpec spec, CniResult result) {
    PodLinkCheck check = new PodLinkCheck(host, pod, spec);
    check.inspectHost();
    check.inspectPod(result);
    return check.problems;
  }

  static boolean hasAddress(RouteSocket socket, Link link, InetAddress wanted) {
    for (Address address : socket.addresses().list(link)) {
      if (address.address().equals(wanted) && !address.isTentative() && !address.isDuplicate()) {
        return true;
      }
    }
    return false;
  }

  private void inspectHost() {
    Optional<Link> found = host.socket().links().findByName(spec.hostInterface());
    if (found.isEmpty()) {
      problems.add("host interface " + spec.hostInterface() + " is gone");
      return;
    }
    Link hostEnd = found.get();
    List<Link> links = new ArrayList<>(2);
    links.add(hostEnd);
    if (!spec.bridge().isEmpty()) {
      host.socket().links().findByName(spec.bridge()).ifPresent(links::add);
    }
    HostState state = HostState.around(host.socket(), links);
    Optional<Wiring> wiring = HostSide.wiring(host.socket(), state, spec);
    if (wiring.isEmpty()) {
      problems.add("bridge " + spec.bridge() + " is gone");
    } else {
      checkSettings(wiring.get(), hostEnd);
    }
    for (Damage damage : HostSide.damages(host.socket(), state, spec, hostEnd)) {
      problems.add(damage.problem());
    }
  }

  private void checkSettings(Wiring wiring, Link hostEnd) {
    Optional<Link> bridge = wiring.bridge();
    for (Lease lease : spec.leases()) {
      AddressFamily family = lease.family();
      problems.addAll(host.forwardingProblems(family));
      if (family == AddressFamily.IPV4) {
        problems.addAll(LinkSettings.arpObstacles(bridge.isPresent()));
      }
      problems.addAll(LinkSettings.problems(wiring.settings(hostEnd, family)));
      if (bridge.isPresent()) {
        problems.addAll(LinkSettings.problems(LinkSettings.ofHost(bridge.get().name(), family)));
      }
    }
  }

  private void inspectPod(CniResult result) {
    Optional<Link> found = pod.socket().links().findByName(spec.interfaceName());
    if (found.isEmpty()) {
      problems.add("interface " + spec.interfaceName() + " is gone from the pod");
      return;
    }
    Link podEnd = found.get();
    if (!podEnd.isUp()) {
      problems.add("interface " + podEnd.name() + " is down in the pod");
    }
    compareMac(podEnd, result);
    for (Lease lease : spec.leases()) {
      if (!lists(result, lease.address())) {
        problems.add(
            "prevResult does not list the pod's address " + IpAddresses.format(lease.address()));
      }
    }
    compareAddresses(podEnd, result);
    compareRoutes(result);
  }

  private void compareMac(Link podEnd, CniResult result) {
    String actual = podEnd.mac().map(MacAddress::toString).orElse("");
    for (CniResult.Interface each : result.interfaces()) {
      boolean same = each.name().equals(podEnd.name()) && !each.sandbox().isEmpty();
      if (same && !each.mac().isEmpty() && !each.mac().equalsIgnoreCase(actual)) {
        problems.add(
            "interface "
                + podEnd.name()
                + " has the MAC address "
                + actual
                + ", prevResult says "
                + each.mac());
      }
    }
  }

  private void compareAddresses(Link podEnd, CniResult result) {
    for (CniResult.Ip ip : result.ips()) {
      if (isOfThisInterface(result, ip) && !hasAddress(pod.socket(), podEnd, ip.address())) {
        problems.add(
            "interface " + podEnd.name() + " lacks " + ip.cidr() + ", which prevResult lists");
      }
    }
  }

  private boolean isOfThisInterface(CniResult result, CniResult.Ip ip) {
    int index = ip.interfaceIndex();
    if (index < 0 || index >= result.interfaces().size()) {
      return result.interfaces().isEmpty();
    }
    CniResult.Interface each = result.interfaces().get(index);
    return each.name().equals(spec.interfaceName()) && !each.sandbox().isEmpty();
  }

  private void compareRoutes(CniResult result) {
    List<Route> routes = pod.socket().routes().list(RouteFilter.main());
    for (CniResult.Route wanted : result.routes()) {
      boolean found = false;
      for (Route route : routes) {
        found |=
            route.destination().equals(wanted.destination())
                && (wanted.gateway() == null
                    || route.gateway().equals(Optional.of(wanted.gateway())));
      }
      if (!found) {
        problems.add(
            "the pod has lost the route "
                + wanted.destination()
                + (wanted.gateway() == null ? "" : " via " + IpAddresses.format(wanted.gateway())));
      }
    }
  }

  private static boolean lists(CniResult result, InetAddress address) {
    for (CniResult.Ip ip : result.ips()) {
      if (ip.address().equals(address)) {
        return true;
      }
    }
    return false;
  }
}
