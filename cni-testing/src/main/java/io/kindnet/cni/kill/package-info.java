/**
 * Processes that are killed by SIGKILL in the middle of a call. Knows the steps of calls by name
 * only; must not know the plugin's classes.
 */
@NullMarked
package io.kindnet.cni.kill;

import org.jspecify.annotations.NullMarked;
