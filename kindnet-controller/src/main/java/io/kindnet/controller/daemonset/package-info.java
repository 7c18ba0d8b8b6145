/**
 * The DaemonSets that a Configuration calls for: a pure function of it and of the manifest. Knows
 * no API server.
 */
@NullMarked
package io.kindnet.controller.daemonset;

import org.jspecify.annotations.NullMarked;
