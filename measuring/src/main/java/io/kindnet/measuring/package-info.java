/**
 * How measurements are taken and told: programs measured exactly, the spread of repeated figures,
 * tables, targets. Knows nothing of what is measured.
 */
@NullMarked
package io.kindnet.measuring;

import org.jspecify.annotations.NullMarked;
