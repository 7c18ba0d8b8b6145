/**
 * What the build lets kindnetd and kindnet-controller do while their JVMs write down which classes
 * that takes. Knows them as programs only, and no test.
 */
@NullMarked
package io.kindnet.packaging.training;

import org.jspecify.annotations.NullMarked;
