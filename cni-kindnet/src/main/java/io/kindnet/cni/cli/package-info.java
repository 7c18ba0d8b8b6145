/**
 * The command line for operators, on picocli. Only loaded where no CNI client called; nothing else
 * knows it.
 */
@NullMarked
package io.kindnet.cni.cli;

import org.jspecify.annotations.NullMarked;
