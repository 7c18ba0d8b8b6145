/**
 * What the cluster looks like to the agents: views of its objects, kept up to date from the API
 * server. Knows nothing of the kernel, nor of any agent.
 */
@NullMarked
package io.kindnet.kindnetd.cluster;

import org.jspecify.annotations.NullMarked;
