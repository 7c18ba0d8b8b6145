/**
 * The API server: its choice, the client, list and watch of any resource, back-off. Knows nothing
 * of the kernel, nor what is done with the objects.
 */
@NullMarked
package io.kindnet.kindnetd.kube;

import org.jspecify.annotations.NullMarked;
