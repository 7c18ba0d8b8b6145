package io.kindnet.bench;

/**
 * Who is measured.
 *
 * @param who {@code kindnet} or {@code peers}
 */
record Contestant(String who, Caller caller) {
  boolean isKindnet() {
    return who.equals("kindnet");
  }
}
