/**
 * The table of the host ports where another version of kindnet, or somebody else, has made it.
 * Knows nothing of Nodes and of the calls of pods.
 */
@NullMarked
package io.kindnet.kindnetd.hostports;

import org.jspecify.annotations.NullMarked;
