/**
 * What the build changes in the classes of libraries before it puts them into {@code dist/}. Knows
 * class files and nothing of what is done with them.
 */
@NullMarked
package io.kindnet.packaging;

import org.jspecify.annotations.NullMarked;
