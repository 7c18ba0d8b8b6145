/**
 * A cache of DNS answers on the node, for the pods of the node: which name servers and which pods
 * it is for, when its sockets open and close, what it tells of itself. The parts that it is made of
 * are in the packages below, and know nothing of each other but what their charters say.
 */
@NullMarked
package io.kindnet.kindnetd.dnscache;

import org.jspecify.annotations.NullMarked;
