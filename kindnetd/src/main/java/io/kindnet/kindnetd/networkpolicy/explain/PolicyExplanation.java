package io.kindnet.kindnetd.networkpolicy.explain;

import java.util.ArrayList;
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

  /** The same, and {@code note} at the end. */
  public PolicyExplanation withNote(String note) {
    List<String> more = new ArrayList<>(notes);
    more.add(note);
    return new PolicyExplanation(connections, more);
  }

  /** Whether policies let all of the connections through. */
  public boolean allowed() {
    return connections.stream().allMatch(one -> one.verdict().allowed());
  }
}
