package io.kindnet.cni.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The bridges, which stay with their addresses when the last pod goes. */
final class Bridges {
  private final Map<String, Set<String>> lines = new LinkedHashMap<>();

  /** After an ADD of a pod on a bridge. */
  void added(PodState state) {
    String bridge = state.pod.setting().bridge();
    Set<String> ofBridge = lines.computeIfAbsent(bridge, name -> new TreeSet<>());
    ofBridge.add(Lines.bridge(bridge));
    for (Lease lease : state.pod.leases()) {
      ofBridge.add(Lines.address(bridge, lease.gateway(), lease.range().length()));
    }
    if (state.answersOnLoopbackV6()) {
      ofBridge.add(Lines.loopbackRoute(bridge));
    }
  }

  void deleted(String bridge) {
    lines.remove(bridge);
  }

  void addTo(Facts facts) {
    lines.forEach((bridge, ofBridge) -> {
      ofBridge.forEach(line -> facts.add(true, line));
      // who restores rules makes it also on a bridge that somebody deleted meanwhile
      facts.add(false, Lines.loopbackRoute(bridge));
    });
  }
}
