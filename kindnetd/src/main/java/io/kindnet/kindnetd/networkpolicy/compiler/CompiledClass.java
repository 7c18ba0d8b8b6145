package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.netlink.nftables.Rule;
import java.util.List;
import java.util.Map;

/**
 * What a class of pods needs in the table.
 *
 * @param chains rules by the names of their chains, those that deny included
 * @param sets those that the rules look up, by name
 * @param denials the chains that deny, by name
 */
record CompiledClass(
    PodClass podClass,
    Map<String, List<Rule>> chains,
    Map<String, TableSet> sets,
    Map<String, DenyChain> denials) {}
