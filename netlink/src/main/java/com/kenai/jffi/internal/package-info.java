/**
 * One class in the place of jffi's own, so that a program starts quicker. Knows nothing of the rest
 * of this project.
 */
@NullMarked
package com.kenai.jffi.internal;

import org.jspecify.annotations.NullMarked;
