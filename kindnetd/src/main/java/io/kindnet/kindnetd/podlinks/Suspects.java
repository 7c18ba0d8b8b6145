package io.kindnet.kindnetd.podlinks;

import java.util.Set;

/**
 * Links of which the kernel has told something that should not happen to them.
 *
 * @param links their indexes
 * @param any whether it may be any link: what was told has none
 */
record Suspects(Set<Integer> links, boolean any) {
  boolean include(int linkIndex) {
    return any || links.contains(linkIndex);
  }
}
