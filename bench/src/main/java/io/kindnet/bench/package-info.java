/**
 * Measures the plugin beside its peers and beside the least that a Java program costs. Knows the
 * programs only by their command lines; what it measures is not part of it.
 */
@NullMarked
package io.kindnet.bench;

import org.jspecify.annotations.NullMarked;
