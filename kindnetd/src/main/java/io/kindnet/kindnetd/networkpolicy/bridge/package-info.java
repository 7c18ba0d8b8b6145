/**
 * What network policies need where the pods of a node are on one bridge: that the rules of IP see
 * what passes between its ports. Knows no policies.
 */
@NullMarked
package io.kindnet.kindnetd.networkpolicy.bridge;

import org.jspecify.annotations.NullMarked;
