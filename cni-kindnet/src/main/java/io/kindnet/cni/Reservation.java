package io.kindnet.cni;

import io.kindnet.cni.ipam.Lease;
import io.kindnet.cni.portmap.HostPort;
import io.kindnet.cni.store.PodRow;
import java.util.List;

/**
 * What a pod has in the database.
 *
 * @param pod its row
 * @param leases its addresses, IPv4 first, with the ranges that served them
 * @param ports its host ports
 */
record Reservation(PodRow pod, List<Lease> leases, List<HostPort> ports) {}
