package io.kindnet.cni.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A pod's interface as it must be now. */
final class PodState {
  static final String BRIDGE_ELEMENT = Lines.element("hairpin-bridges ");

  final Pod pod;

  /** Whether the interface is there, both ends of it. */
  boolean linked = true;

  /** Whether the namespace is there. */
  boolean inNamespace = true;

  /** Whether the host's end is still a port of its bridge. */
  boolean plugged;

  /** Whether a call may have made it one again. */
  boolean pluggedInDoubt;

  /** Whether somebody may have taken map elements away that nobody had to restore yet. */
  boolean elementsInDoubt;

  /** Whether the pod may have had another interface, so that nobody knows whose routes it has. */
  boolean routesInDoubt;

  /** Routes in the pod that came with this interface, by destination. */
  final Map<String, String> podRoutes = new LinkedHashMap<>();

  /** Addresses of the pod that the host has a route to by this interface. */
  final List<Lease> hostRoutes = new ArrayList<>();

  PodState(Pod pod) {
    this.pod = pod;
    this.plugged = pod.isBridged();
  }

  /** Whether nothing of the pod is left but its rows, which may then go at any time. */
  boolean isStale() {
    return !linked && !inNamespace;
  }

  void unlink() {
    linked = false;
    podRoutes.clear();
    hostRoutes.clear();
  }

  boolean uses(Range range) {
    return pod.leases().stream().anyMatch(lease -> lease.range().equals(range));
  }

  void addRows(Facts facts) {
    rows(pod).forEach(line -> facts.add(!isStale(), line));
  }

  /** The lines of the pod's rows. */
  static List<String> rows(Pod pod) {
    List<String> lines = new ArrayList<>();
    lines.add(podRow(pod));
    lines.addAll(furtherRows(pod));
    return lines;
  }

  boolean answersOnLoopbackV6() {
    return pod.ports().stream().anyMatch(Port::isForLoopbackV6);
  }

  static String podRow(Pod pod) {
    List<Object> values = new ArrayList<>();
    values.add(pod.slot());
    values.add(owner(pod));
    values.add(pod.netns());
    for (boolean six : new boolean[] {false, true}) {
      Lease found =
          pod.leases().stream().filter(lease -> lease.isIpv6() == six).findAny().orElse(null);
      values.add(found == null ? "null" : found.address());
      values.add(found == null ? "null" : found.gateway());
    }
    values.add(pod.hostInterface());
    values.add(pod.mtu());
    return Lines.row("pods", values.toArray());
  }

  /** The lines of the rows that refer to the row of the pod. */
  static List<String> furtherRows(Pod pod) {
    List<String> lines = new ArrayList<>();
    Setting setting = pod.setting();
    lines.add(Lines.row("attachments", pod.slot(), setting.network(), setting.bridge()));
    for (Port port : pod.ports()) {
      lines.add(
          Lines.row(
              "portmap_entries",
              pod.slot(),
              port.hostIp(),
              port.hostPort(),
              port.protocol(),
              port.address(),
              port.containerPort()));
    }
    return lines;
  }

  void addElements(Facts facts) {
    boolean certain = !isStale() && !elementsInDoubt;
    elements(pod).forEach(line -> facts.add(certain, line));
  }

  static List<String> elements(Pod pod) {
    List<String> lines = new ArrayList<>();
    for (Port port : pod.ports()) {
      lines.add(Lines.element(port.element()));
      lines.add(Lines.element(port.hairpin()));
    }
    if (pod.isBridged() && !pod.ports().isEmpty()) {
      lines.add(bridgeElement(pod));
    }
    return lines;
  }

  static String bridgeElement(Pod pod) {
    String bridge = pod.setting().bridge();
    return BRIDGE_ELEMENT + bridge + " . " + bridge;
  }

  void addLinks(Facts facts) {
    if (!linked) {
      return;
    }
    String inside = pod.netns() + " ";
    String name = pod.slot().interfaceName();
    String host = pod.hostInterface();
    facts.add(!pluggedInDoubt, hostLink(plugged));
    if (pluggedInDoubt) {
      facts.add(false, hostLink(true));
    }
    facts.add(true, inside + Lines.link(name, pod.podMac(), pod.mtu(), "", ""));
    for (Lease lease : pod.leases()) {
      facts.add(true, inside + Lines.address(name, lease.address(), lease.bits()));
      if (!pod.isBridged()) {
        facts.add(true, Lines.address(host, lease.gateway(), lease.bits()));
      }
    }
    if (!pod.isBridged() && answersOnLoopbackV6()) {
      facts.add(true, Lines.loopbackRoute(host));
    }
    podRoutes.values().forEach(line -> facts.add(!routesInDoubt, inside + line));
    for (Lease lease : hostRoutes) {
      facts.add(true, Lines.route(lease.address(), "", host, lease.gateway()));
    }
  }

  /** The line of the host's end, as a port of its bridge or not. */
  String hostLink(boolean asPort) {
    String master = asPort ? pod.setting().bridge() : "";
    return Lines.link(
        pod.hostInterface(), pod.hostMac(), pod.mtu(), "link-pod " + owner(pod), master);
  }

  private static String owner(Pod pod) {
    return "default/" + pod.slot().containerId();
  }
}
