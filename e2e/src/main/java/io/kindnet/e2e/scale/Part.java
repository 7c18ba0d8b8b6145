package io.kindnet.e2e.scale;

import java.util.EnumSet;
import java.util.Set;

/** One of the things that can be measured alone. */
enum Part {
  /** On an empty kernel, with a fifth of the nodes and with all. */
  START,
  /** Where everything is in place already. */
  RESTART,
  /** One node comes, changes, goes. */
  EVENTS,
  /** A tenth of the nodes is replaced at once. */
  REPLACE,
  /** The API server goes and comes back. */
  SERVER,
  /** Somebody removes all tables. */
  FLUSH,
  /** Every node says every ten seconds that it is there. */
  HEARTBEATS,
  /** The agent has a view of all Pods. */
  PODS,
  /** The agent enforces network policies. */
  POLICIES,
  /** The controller starts, leads and applies its DaemonSet. */
  CONTROLLER;

  /**
   * The parts with these names.
   *
   * @param names separated by commas, in any case; nothing for all parts
   * @throws IllegalArgumentException naming the one that there is not
   */
  static Set<Part> of(String names) {
    if (names.isBlank()) {
      return EnumSet.allOf(Part.class);
    }
    Set<Part> parts = EnumSet.noneOf(Part.class);
    for (String name : names.split(",", -1)) {
      parts.add(named(name.strip()));
    }
    return parts;
  }

  private static Part named(String name) {
    for (Part part : values()) {
      if (part.name().equalsIgnoreCase(name)) {
        return part;
      }
    }
    throw new IllegalArgumentException(
        "there is no part " + name + " in " + EnumSet.allOf(Part.class));
  }
}
