/**
 * kindnetd with a view of all Pods, for measuring: runs in the agent's own JVM and on its classes,
 * and knows nothing of the rest of this module, which is not there.
 */
@NullMarked
package io.kindnet.e2e.podview;

import org.jspecify.annotations.NullMarked;
