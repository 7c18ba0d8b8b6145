/**
 * What the table of network policies has to be, computed from pods, namespaces, nodes and policies
 * alone. Sends nothing to the kernel and asks nobody.
 */
@NullMarked
package io.kindnet.kindnetd.networkpolicy.compiler;

import org.jspecify.annotations.NullMarked;
