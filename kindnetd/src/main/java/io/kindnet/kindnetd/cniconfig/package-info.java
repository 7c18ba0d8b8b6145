/** Keeps the CNI configuration file of this node. Knows nothing of the other agents. */
@NullMarked
package io.kindnet.kindnetd.cniconfig;

import org.jspecify.annotations.NullMarked;
