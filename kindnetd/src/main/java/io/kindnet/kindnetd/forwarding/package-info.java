/**
 * Whether others drop what this node forwards for pods, and the rules that let it through where an
 * operator asks for it. Knows nothing of the other agents.
 */
@NullMarked
package io.kindnet.kindnetd.forwarding;

import org.jspecify.annotations.NullMarked;
