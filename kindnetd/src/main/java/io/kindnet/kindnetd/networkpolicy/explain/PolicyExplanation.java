package io.kindnet.kindnetd.networkpolicy.explain;

import java.util.List;

/**
 * The answer to a question.
 *
 * @param connections one for each family that both ends have
 * @param notes what else an operator should know
 */
public record PolicyExplanation(List<ExplainedConnection> connections, List<String> notes) {
  /** Copies the lists. */
  public PolicyExplanation {
    connections = List.copyOf(connections);
    notes = List.copyOf(notes);
  }

  /** Whether policies let all of the connections through. */
  public boolean allowed() {
    return connections.stream().allMatch(one -> one.verdict().allowed());
  }
}
