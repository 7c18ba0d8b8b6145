/**
 * The names of what a call does to the database and the kernel, one after the other. Knows nothing
 * of how it is done, and of who wants to know.
 */
@NullMarked
package io.kindnet.cni.steps;

import org.jspecify.annotations.NullMarked;
