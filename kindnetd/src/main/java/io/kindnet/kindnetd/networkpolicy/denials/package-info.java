/**
 * The log of connections that network policies deny: reads the packets that rules of the table log,
 * and says which pods and policies they are about. Decides nothing about packets.
 */
@NullMarked
package io.kindnet.kindnetd.networkpolicy.denials;

import org.jspecify.annotations.NullMarked;
