/**
 * A real cluster on one machine: what it consists of, and how it comes up and goes. Its state is a
 * directory and what runs, so that programs that know nothing of each other work on the same one.
 * Must not know kindnet, which is one of the things that may be installed there.
 */
@NullMarked
package io.kindnet.e2e.cluster;

import org.jspecify.annotations.NullMarked;
