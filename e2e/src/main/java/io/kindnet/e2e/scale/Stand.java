package io.kindnet.e2e.scale;

import io.kindnet.e2e.cluster.Cluster;
import io.kindnet.measuring.Targets;
import java.io.PrintStream;

/**
 * What all parts work with.
 *
 * @param cluster of which only the API server runs
 * @param nodes what is written there
 * @param host where the agent runs
 * @param out where figures go
 * @param targets where they are judged
 */
record Stand(Cluster cluster, Population nodes, Host host, PrintStream out, Targets targets) {}
