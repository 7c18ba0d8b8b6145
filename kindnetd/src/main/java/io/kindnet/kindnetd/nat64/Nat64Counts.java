package io.kindnet.kindnetd.nat64;

import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Expression;
import java.util.List;
import java.util.Map;

/**
 * What the rules have counted.
 *
 * @param connections by protocol
 * @param refused packets, by reason
 */
record Nat64Counts(Map<String, Long> connections, Map<String, Long> refused) {
  static final Nat64Counts NONE = new Nat64Counts(Map.of(), Map.of());

  /** From the chains as {@link Nat64Table} writes them. */
  static Nat64Counts of(List<Rule> postrouting, List<Rule> prerouting, List<Rule> input) {
    return new Nat64Counts(
        Map.of(
            "tcp", counter(postrouting, 2),
            "udp", counter(postrouting, 3),
            "icmp", counter(postrouting, 4),
            "other", counter(postrouting, 5)),
        Map.of(
            "not-global", counter(prerouting, 0),
            "unasked", counter(prerouting, 1),
            "node", counter(input, 0)));
  }

  private static long counter(List<Rule> rules, int index) {
    if (index < rules.size()) {
      for (Expression expression : rules.get(index).expressions()) {
        if (expression instanceof Counter counter) {
          return counter.packets();
        }
      }
    }
    return 0;
  }
}
