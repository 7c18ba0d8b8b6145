/**
 * Host ports: the nftables rules that lead a port of the host to a pod. Knows nothing of the
 * database; who may have which port is decided before.
 */
@NullMarked
package io.kindnet.cni.portmap;

import org.jspecify.annotations.NullMarked;
