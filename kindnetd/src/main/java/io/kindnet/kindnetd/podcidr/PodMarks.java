package io.kindnet.kindnetd.podcidr;

import java.util.Set;

/**
 * What tells the routes and links of pods from all others.
 *
 * @param protocols the protocol numbers of routes to pods
 * @param linkPrefix the beginning of the names of links to pods of this machine
 * @param bridge the name of the bridge that they are ports of, where there is one
 */
public record PodMarks(Set<Integer> protocols, String linkPrefix, String bridge) {}
