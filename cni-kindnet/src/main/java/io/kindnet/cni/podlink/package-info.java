/**
 * A pod's interface: veth pair or bridge port, with addresses and routes, up and down. Knows
 * nothing of the database and of host ports.
 */
@NullMarked
package io.kindnet.cni.podlink;

import org.jspecify.annotations.NullMarked;
