/** Keeps the routes to the pods of other nodes. Knows nothing of the other agents. */
@NullMarked
package io.kindnet.kindnetd.routes;

import org.jspecify.annotations.NullMarked;
