package io.kindnet.e2e.scale;

/** One of the things that can be measured alone. */
enum Part {
  /** On an empty kernel, with a fifth of the nodes and with all. */
  START,
  /** Where everything is in place already. */
  RESTART,
  /** One node comes, changes, goes. */
  EVENTS,
  /** A tenth of the nodes is replaced at once. */
  REPLACE,
  /** The API server goes and comes back. */
  SERVER,
  /** Somebody removes all tables. */
  FLUSH,
  /** Every node says every ten seconds that it is there. */
  HEARTBEATS
}
