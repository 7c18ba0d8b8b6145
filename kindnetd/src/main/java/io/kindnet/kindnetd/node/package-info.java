/**
 * The node agent: the CNI configuration file and the routes to the pods of other nodes. Knows
 * nothing of the other agents.
 */
@NullMarked
package io.kindnet.kindnetd.node;

import org.jspecify.annotations.NullMarked;
