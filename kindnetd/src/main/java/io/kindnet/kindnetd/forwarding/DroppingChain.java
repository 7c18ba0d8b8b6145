package io.kindnet.kindnetd.forwarding;

import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.ListedRule;
import io.kindnet.netlink.nftables.NftablesListing;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.TableFamily;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A chain of somebody else that drops or rejects whatever is forwarded and that none of its rules
 * accepts: by its policy, as Docker and ufw have it, or by a last rule without a condition, as
 * firewalld has it, or one that leads to a chain with such a rule. iptables of today ({@code
 * iptables-nft}) has its chains in nftables, too.
 *
 * @param chain at the hook {@code forward}
 * @param rules its rules
 * @param last the rule without a condition; empty where it is the policy that drops
 */
record DroppingChain(Chain chain, List<ListedRule> rules, Optional<ListedRule> last) {
  private static final Set<TableFamily> FAMILIES =
      EnumSet.of(TableFamily.INET, TableFamily.IP, TableFamily.IP6);

  /** Those of all tables in use. */
  static List<DroppingChain> in(NftablesListing listing) {
    List<DroppingChain> dropping = new ArrayList<>();
    for (Table table : listing.tables()) {
      if (FAMILIES.contains(table.family()) && listing.isActive(table)) {
        UnconditionalRules rules = new UnconditionalRules(listing, table);
        for (Chain chain : listing.chains(table)) {
          BaseChain base = chain.base();
          if (base != null && base.hook() == BaseChain.NF_INET_FORWARD) {
            of(chain, base, rules).ifPresent(dropping::add);
          }
        }
      }
    }
    return dropping;
  }

  private static Optional<DroppingChain> of(Chain chain, BaseChain base, UnconditionalRules rules) {
    List<ListedRule> all = rules.of(chain.name());
    UnconditionalRules.End end = rules.end(chain.name());
    boolean refuses =
        end.outcome() == UnconditionalRules.Outcome.REFUSED
            || (end.outcome() == UnconditionalRules.Outcome.OPEN
                && base.policy() == BaseChain.NF_DROP);
    return refuses ? Optional.of(new DroppingChain(chain, all, end.rule())) : Optional.empty();
  }

  /** Such as {@code chain ip filter FORWARD (policy drop)}. */
  @Override
  public String toString() {
    return "chain "
        + chain
        + last.map(rule ->
                UnconditionalRules.target(rule)
                    .map(other -> " (its last rule, by chain " + other + ")")
                    .orElse(" (its last rule)"))
            .orElse(" (policy drop)");
  }
}
