package io.kindnet.bench;

/**
 * Who is measured.
 *
 * @param who {@link #COLD}, {@link #WARM} or {@link #PEERS}
 */
record Candidate(String who, Caller caller) {
  /** This plugin on a node without an agent: each call starts a JVM. */
  static final String COLD = "kindnet, cold";

  /** This plugin on a node with an agent, which answers the calls. */
  static final String WARM = "kindnet, warm";

  /** What kindnet used before it had a plugin of its own. */
  static final String PEERS = "peers";

  boolean isKindnet() {
    return !who.equals(PEERS);
  }
}
