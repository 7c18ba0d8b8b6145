package io.kindnet.bench;

import java.nio.file.Path;

/**
 * A pod to be.
 *
 * @param containerId what a runtime that calls the plugin itself names it
 * @param namespace the file of its network namespace
 * @param hostPort the port of the node that is to lead to it, or 0
 */
record Pod(String containerId, Path namespace, int hostPort) {
  /** The same pod, doing {@code work}. */
  Pod with(Work work) {
    return work.hostPort() ? this : new Pod(containerId, namespace, 0);
  }
}
