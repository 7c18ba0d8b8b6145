/**
 * What has become of a Configuration: from DaemonSets and Pods as they are to a status, without an
 * API server.
 */
@NullMarked
package io.kindnet.controller.rollout;

import org.jspecify.annotations.NullMarked;
