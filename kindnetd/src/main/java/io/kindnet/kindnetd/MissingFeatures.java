package io.kindnet.kindnetd;

import java.util.ArrayList;
import java.util.List;

/**
 * What was asked for, or is on by default, and has no agent yet; each component is described at its
 * flag in {@link Flags}. When an agent comes, its components go into the options record of its
 * package.
 */
record MissingFeatures(boolean disableNri, boolean ipsecOverlay) {

  /** A line for each feature. */
  List<String> warnings() {
    List<String> lines = new ArrayList<>();
    add(lines, disableNri, "--disable-nri: the container runtime is never asked");
    add(lines, ipsecOverlay, "--ipsec-overlay: traffic between nodes is not encrypted");
    return lines;
  }

  private static void add(List<String> lines, boolean asked, String effect) {
    if (asked) {
      lines.add(effect + ", this version has no agent for it");
    }
  }
}
