package io.kindnet.bench;

import io.kindnet.measuring.Sample;

/** A way to call the plugins of a network. */
interface Caller {
  /** How, in a word or two. */
  String way();

  Sample add(Pod pod);

  Sample delete(Pod pod);
}
