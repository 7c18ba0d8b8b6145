package io.kindnet.kindnetd.networkpolicy.denials;

import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.netlink.nftables.expr.Expression;
import io.kindnet.netlink.nftables.expr.Limit;
import io.kindnet.netlink.nftables.expr.Log;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The rule that logs what a chain is about to drop, and its prefix: the direction and the chain's
 * name.
 *
 * @param direction seen from the pod that the policies select
 * @param chain the name of the chain, or its end if it is too long for a prefix
 */
public record DenialLogRule(Direction direction, String chain) {
  /** The group of nflog that kindnetd reads. */
  public static final int GROUP = 19080;

  /** Enough for the headers of IPv6 with a few extensions, and of what is inside. */
  private static final int SNAP_LENGTH = 128;

  private static final int PACKETS_PER_SECOND = 10;
  private static final int BURST = 50;

  /** The expressions of the rule; what it drops has to be said by the next one. */
  public static List<Expression> expressions(Direction direction, String chain) {
    return List.of(
        Limit.perSecond(PACKETS_PER_SECOND, BURST),
        Log.toGroup(GROUP, new DenialLogRule(direction, chain).prefix(), SNAP_LENGTH));
  }

  /** Names of chains end with what tells them apart, so that the end is what is kept. */
  private String prefix() {
    String begin = direction.name().toLowerCase(Locale.ROOT) + " ";
    byte[] name = chain.getBytes(StandardCharsets.UTF_8);
    int kept = Math.min(name.length, Log.LONGEST_PREFIX - begin.length());
    return begin + new String(name, name.length - kept, kept, StandardCharsets.UTF_8);
  }

  /** What a prefix says; empty for one that is not of such a rule. */
  static Optional<DenialLogRule> parse(String prefix) {
    int space = prefix.indexOf(' ');
    if (space > 0) {
      for (Direction direction : Direction.values()) {
        if (direction.name().toLowerCase(Locale.ROOT).equals(prefix.substring(0, space))) {
          return Optional.of(new DenialLogRule(direction, prefix.substring(space + 1)));
        }
      }
    }
    return Optional.empty();
  }
}
