package io.kindnet.cni.store;

import io.kindnet.cni.portmap.HostPort;

/**
 * A host port and the pod that holds it.
 *
 * @param podKey the pod's {@link PodRow#key}
 * @param port the port
 */
public record PortRow(String podKey, HostPort port) {}
