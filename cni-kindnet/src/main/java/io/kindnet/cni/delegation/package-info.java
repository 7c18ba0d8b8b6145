/**
 * What the launcher and the agent say to each other over the agent's socket: the bytes of the
 * protocol, without any socket. Knows nothing of verbs.
 */
@NullMarked
package io.kindnet.cni.delegation;

import org.jspecify.annotations.NullMarked;
