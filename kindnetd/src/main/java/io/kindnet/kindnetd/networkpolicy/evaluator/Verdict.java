package io.kindnet.kindnetd.networkpolicy.evaluator;

import io.kindnet.kindnetd.cluster.policies.Direction;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of a connection.
 *
 * @param directions egress of the source if that is a pod, ingress of the destination if that is
 *     one; both are there, whatever the first of them says
 */
public record Verdict(List<DirectionVerdict> directions) {
  /** Copies the list. */
  public Verdict {
    directions = List.copyOf(directions);
  }

  /** Whether both ends let it through. */
  public boolean allowed() {
    return directions.stream().allMatch(DirectionVerdict::allowed);
  }

  /** What is said of one direction; empty where no pod is at that end. */
  public Optional<DirectionVerdict> direction(Direction wanted) {
    return directions.stream().filter(one -> one.direction() == wanted).findFirst();
  }
}
