/**
 * What the rules in the kernel would do with a packet that nobody sends: reads a table and carries
 * its rules out, step by step. Knows nothing of policies.
 */
@NullMarked
package io.kindnet.kindnetd.networkpolicy.kernel;

import org.jspecify.annotations.NullMarked;
