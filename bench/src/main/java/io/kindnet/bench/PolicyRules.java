package io.kindnet.bench;

/**
 * What the policies of a pod let in.
 *
 * @param count how many rules they have, of which the last one lets the client in
 * @param portEach whether each rule is for a port of its own; else all are for the same ones, and
 *     only their peers differ
 */
record PolicyRules(int count, boolean portEach) {
  /** What pods with such policies are called. */
  String server() {
    return "server-" + count + (portEach ? "-ports" : "");
  }

  @Override
  public String toString() {
    String rules = count + (count == 1 ? " rule" : " rules");
    return portEach ? rules + ", a port each" : rules;
  }
}
