/**
 * The rows of a database that was lost, as far as the kernel shows them. Knows nothing of how a
 * database is lost, and of the verbs.
 */
@NullMarked
package io.kindnet.cni.recovery;

import org.jspecify.annotations.NullMarked;
