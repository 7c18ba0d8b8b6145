/**
 * Watches over what pods of this node need on the host: addresses, routes and interfaces that the
 * plugin made. Knows nothing of Nodes, of rules and of the calls of pods.
 */
@NullMarked
package io.kindnet.kindnetd.podlinks;

import org.jspecify.annotations.NullMarked;
