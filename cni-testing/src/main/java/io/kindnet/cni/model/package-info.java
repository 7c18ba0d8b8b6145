/**
 * Random sequences of calls and of acts of others on a node, and a model that says what must be
 * there after each. Looks at the node through the tools that an operator has; must not know the
 * plugin's classes.
 */
@NullMarked
package io.kindnet.cni.model;

import org.jspecify.annotations.NullMarked;
