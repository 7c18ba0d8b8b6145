/**
 * The launcher, a C program, as a process of its own: with an agent that behaves as a test says,
 * and a script in the place of the JVM. Must not know the plugin's classes.
 */
@NullMarked
package io.kindnet.cni.launcher;

import org.jspecify.annotations.NullMarked;
