/**
 * The CNI plugin: its entry point and the verbs, each a function of environment, configuration,
 * database and kernel. Knows nothing of Kubernetes but the names that the runtime tells.
 */
@NullMarked
package io.kindnet.cni;

import org.jspecify.annotations.NullMarked;
