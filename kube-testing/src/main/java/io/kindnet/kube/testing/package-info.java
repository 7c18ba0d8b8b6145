/**
 * An API server that keeps objects in memory, as a process of its own in a network namespace. Knows
 * nothing of kindnet.
 */
@NullMarked
package io.kindnet.kube.testing;

import org.jspecify.annotations.NullMarked;
