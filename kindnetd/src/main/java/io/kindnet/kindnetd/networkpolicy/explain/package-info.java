/**
 * Explains what policies say of a connection: reads the cluster once, asks the oracle, and writes
 * its answer for people and for programs. Changes nothing.
 */
@NullMarked
package io.kindnet.kindnetd.networkpolicy.explain;

import org.jspecify.annotations.NullMarked;
