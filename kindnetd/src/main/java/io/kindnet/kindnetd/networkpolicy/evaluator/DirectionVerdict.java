package io.kindnet.kindnetd.networkpolicy.evaluator;

import io.kindnet.kindnetd.cluster.policies.Direction;
import java.util.List;

/**
 * What policies say of a connection at one of its ends.
 *
 * @param pod the pod at this end, {@code NAMESPACE/NAME}
 * @param reason why, for people
 * @param tiers those that were asked, in order; none where no policy matters
 */
public record DirectionVerdict(
    Direction direction, String pod, boolean allowed, String reason, List<TierVerdict> tiers) {
  /** Copies the list. */
  public DirectionVerdict {
    tiers = List.copyOf(tiers);
  }

  /** What the last tier that was asked has decided, {@code NONE} if none has. */
  public Decision decision() {
    Decision last = tiers.isEmpty() ? Decision.NONE : tiers.getLast().decision();
    return last == Decision.PASS ? Decision.NONE : last;
  }
}
