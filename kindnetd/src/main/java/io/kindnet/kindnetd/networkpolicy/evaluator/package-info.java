/**
 * What policies say of a connection, decided in the plainest way from the text of the API: the
 * oracle of tests and the answer of {@code kindnetd policy explain}. Knows nothing of how policies
 * are enforced, and shares no code with it.
 */
@NullMarked
package io.kindnet.kindnetd.networkpolicy.evaluator;

import org.jspecify.annotations.NullMarked;
