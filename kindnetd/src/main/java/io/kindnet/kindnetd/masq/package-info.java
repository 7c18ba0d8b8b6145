/**
 * The ip-masq agent: masquerades what pods send out of the cluster. Knows nothing of the other
 * agents.
 */
@NullMarked
package io.kindnet.kindnetd.masq;

import org.jspecify.annotations.NullMarked;
