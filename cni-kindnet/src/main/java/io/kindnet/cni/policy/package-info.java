/**
 * What a call does so that the network policies of a pod hold from its first packet on, and those
 * of an earlier pod with its address no more. Knows no policies, only the table that kindnetd
 * compiles them into, as far as a call changes it.
 */
@NullMarked
package io.kindnet.cni.policy;

import org.jspecify.annotations.NullMarked;
