package io.kindnet.kindnetd.trace;

/**
 * One thing that happened to a packet.
 *
 * @param kind what it is, such as {@code arrived}, {@code translated}, {@code routed}, {@code
 *     dropped}; for a rule the hook that it is called from
 * @param table the table of a rule or a policy; empty for other steps
 * @param chain its chain; likewise
 * @param rule the handle of the rule; 0 for none
 * @param text what the rule says, or what happened
 * @param verdict what came of it; empty where that is to go on
 */
record TraceStep(String kind, String table, String chain, long rule, String text, String verdict) {
  static TraceStep of(String kind, String text) {
    return new TraceStep(kind, "", "", 0, text, "");
  }
}
