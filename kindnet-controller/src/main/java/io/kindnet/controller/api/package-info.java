/**
 * The API of the controller: the kind Configuration in {@code kindnet.io/v1alpha1}. What a field is
 * called, which flag of the agent it is, what is allowed. Knows nothing of clusters.
 */
@NullMarked
package io.kindnet.controller.api;

import org.jspecify.annotations.NullMarked;
