/**
 * The node agent's main, its options and the list of its parts. Knows every package below, and
 * nothing of how they work.
 */
@NullMarked
package io.kindnet.kindnetd;

import org.jspecify.annotations.NullMarked;
