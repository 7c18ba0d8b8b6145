/**
 * Which addresses of this node are which pod's, and which of them belong to pods that the API
 * server has not shown yet.
 */
@NullMarked
package io.kindnet.kindnetd.networkpolicy.localpods;

import org.jspecify.annotations.NullMarked;
