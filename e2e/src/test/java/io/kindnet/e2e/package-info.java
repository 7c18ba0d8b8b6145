/**
 * What a user does with a cluster, and what has to come of it: one scenario in each class named
 * {@code *E2E}. All share one cluster, which each leaves as it found it.
 */
@NullMarked
package io.kindnet.e2e;

import org.jspecify.annotations.NullMarked;
