/**
 * How the agents fare, for operators and for the kubelet: metrics, health and readiness. Knows no
 * agent, no Kubernetes and no kernel.
 */
@NullMarked
package io.kindnet.kindnetd.status;

import org.jspecify.annotations.NullMarked;
