/**
 * What every agent is made of: its life, the runner that keeps agents apart, the reconcile loop,
 * back-off, and the watch on the kernel's notifications.
 */
@NullMarked
package io.kindnet.kindnetd.agent;

import org.jspecify.annotations.NullMarked;
