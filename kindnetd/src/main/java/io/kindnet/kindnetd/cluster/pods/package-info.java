/** The Pods of the cluster, with what agents need of them. */
@NullMarked
package io.kindnet.kindnetd.cluster.pods;

import org.jspecify.annotations.NullMarked;
