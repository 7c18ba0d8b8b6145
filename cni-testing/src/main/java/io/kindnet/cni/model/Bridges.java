package io.kindnet.cni.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The bridges, which stay with their addresses when the last pod goes. */
final class Bridges {
  private final Map<String, Set<String>> lines = new LinkedHashMap<>();

  /** Of bridges that somebody deleted, and that a call may have made again. */
  private final Map<String, Set<String>> inDoubt = new LinkedHashMap<>();

  /** After an ADD of a pod on a bridge. */
  void added(PodState state) {
    lines
        .computeIfAbsent(state.pod.setting().bridge(), name -> new TreeSet<>())
        .addAll(linesFor(state));
  }

  /** After a call that may have made the bridge of {@code state} again. */
  void mayHave(PodState state) {
    inDoubt
        .computeIfAbsent(state.pod.setting().bridge(), name -> new TreeSet<>())
        .addAll(linesFor(state));
  }

  /** Keeps what is there of what may be. */
  void adopt(Set<String> observed) {
    inDoubt.forEach((bridge, ofBridge) -> {
      if (observed.contains(Lines.bridge(bridge))) {
        ofBridge.retainAll(observed);
        lines.computeIfAbsent(bridge, name -> new TreeSet<>()).addAll(ofBridge);
      }
    });
    inDoubt.clear();
  }

  private static Set<String> linesFor(PodState state) {
    String bridge = state.pod.setting().bridge();
    Set<String> ofBridge = new TreeSet<>();
    ofBridge.add(Lines.bridge(bridge));
    for (Lease lease : state.pod.leases()) {
      ofBridge.add(Lines.address(bridge, lease.gateway(), lease.range().length()));
    }
    if (state.answersOnLoopbackV6()) {
      ofBridge.add(Lines.loopbackRoute(bridge));
    }
    return ofBridge;
  }

  void deleted(String bridge) {
    lines.remove(bridge);
    inDoubt.remove(bridge);
  }

  void addTo(Facts facts) {
    inDoubt.values().forEach(ofBridge -> ofBridge.forEach(line -> facts.add(false, line)));
    lines.forEach((bridge, ofBridge) -> {
      ofBridge.forEach(line -> facts.add(true, line));
      // who restores rules makes it also on a bridge that somebody deleted meanwhile
      facts.add(false, Lines.loopbackRoute(bridge));
    });
  }
}
