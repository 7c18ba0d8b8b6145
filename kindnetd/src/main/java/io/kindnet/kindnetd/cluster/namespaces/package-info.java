/** The Namespaces of the cluster, with what agents need of them. */
@NullMarked
package io.kindnet.kindnetd.cluster.namespaces;

import org.jspecify.annotations.NullMarked;
