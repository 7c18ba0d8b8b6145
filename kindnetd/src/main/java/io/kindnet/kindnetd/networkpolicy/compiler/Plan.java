package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.expr.Value;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The wanted table, but for its base chains, which never change, and for the members of the sets
 * that hold peers, which follow from who has which address ({@link TableSet#elements}).
 *
 * @param chains rules by the names of their chains
 * @param sets those that the rules look up, by name
 * @param members elements by their keys, of each of {@link
 *     io.kindnet.kindnetd.networkpolicy.PolicyTable#fixedSets} by name
 * @param denials the chains that deny, by name
 * @param pending the addresses of pods that are not known yet
 * @param unrestricted the addresses of pods of this node that no policy selects
 * @param isolated how many pods of this node some policy selects in each direction
 * @param classes how many classes they are
 */
public record Plan(
    Map<String, List<Rule>> chains,
    Map<String, TableSet> sets,
    Map<String, Map<Value, Element>> members,
    Map<String, DenyChain> denials,
    Set<InetAddress> pending,
    Set<InetAddress> unrestricted,
    Map<Direction, Integer> isolated,
    int classes) {
  /** Nothing at all. */
  public static final Plan EMPTY =
      new Plan(Map.of(), Map.of(), Map.of(), Map.of(), Set.of(), Set.of(), Map.of(), 0);
}
