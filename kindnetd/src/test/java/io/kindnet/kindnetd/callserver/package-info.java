/**
 * What serving calls has to survive: bad requests, bad peers, SIGKILL at any moment. Talks to the
 * agent over its socket.
 */
@NullMarked
package io.kindnet.kindnetd.callserver;

import org.jspecify.annotations.NullMarked;
