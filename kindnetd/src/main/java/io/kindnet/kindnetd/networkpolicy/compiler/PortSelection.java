package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.cni.protocol.TransportProtocol;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Ports by number: two lists of ports that mean the same are equal.
 *
 * @param isAll whether this is all traffic, with ports or without
 * @param protocols of each protocol its ports, in order; empty where {@code isAll}
 */
record PortSelection(boolean isAll, Map<TransportProtocol, List<PortRange>> protocols) {
  /** All traffic of any protocol. */
  static final PortSelection ALL = new PortSelection(true, Map.of());

  /** No traffic at all. */
  static final PortSelection NOTHING = new PortSelection(false, Map.of());

  /** Whether no packet matches. */
  boolean isNothing() {
    return !isAll && protocols.isEmpty();
  }

  @Override
  public String toString() {
    return isAll ? "all" : protocols.toString();
  }

  /** Collects ports. */
  static final class Builder {
    private final Map<TransportProtocol, List<PortRange>> ranges =
        new EnumMap<>(TransportProtocol.class);

    void add(TransportProtocol protocol, int first, int last) {
      ranges.computeIfAbsent(protocol, _ -> new ArrayList<>()).add(new PortRange(first, last));
    }

    void addAll(PortSelection those) {
      those.protocols.forEach(
          (protocol, list) -> list.forEach(range -> add(protocol, range.first(), range.last())));
    }

    PortSelection build() {
      Map<TransportProtocol, List<PortRange>> merged = new EnumMap<>(TransportProtocol.class);
      ranges.forEach((protocol, list) -> merged.put(protocol, PortRange.merge(list)));
      return new PortSelection(false, merged);
    }
  }
}
