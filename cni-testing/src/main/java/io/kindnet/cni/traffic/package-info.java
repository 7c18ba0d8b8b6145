/**
 * Packets between the namespaces of a test, sent and counted in this process. Knows neither the
 * plugin nor the agent.
 */
@NullMarked
package io.kindnet.cni.traffic;

import org.jspecify.annotations.NullMarked;
