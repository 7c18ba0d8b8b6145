/**
 * What the build lets kindnetd do while its JVM writes down which classes that takes. Knows it as a
 * program only, and no test.
 */
@NullMarked
package io.kindnet.packaging.training;

import org.jspecify.annotations.NullMarked;
