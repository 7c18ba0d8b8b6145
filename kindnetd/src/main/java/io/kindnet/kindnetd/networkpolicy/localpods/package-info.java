/**
 * Which addresses of this node are which pod's, as the plugin's calls and its database tell, and
 * the point at which a call waits until the policies of its pod are in force. Knows no policies.
 */
@NullMarked
package io.kindnet.kindnetd.networkpolicy.localpods;

import org.jspecify.annotations.NullMarked;
