package io.kindnet.kindnetd.forwarding;

import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.ListedRule;
import io.kindnet.netlink.nftables.NftablesListing;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.TableFamily;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Expression;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A chain of somebody else that drops or rejects whatever is forwarded and that none of its rules
 * accepts: by its policy, as Docker and ufw have it, or by a last rule without a condition, as
 * firewalld has it. iptables of today ({@code iptables-nft}) has its chains in nftables, too.
 *
 * @param chain at the hook {@code forward}
 * @param rules its rules
 * @param last the rule without a condition; empty where it is the policy that drops
 */
record DroppingChain(Chain chain, List<ListedRule> rules, Optional<ListedRule> last) {
  private static final Set<TableFamily> FAMILIES =
      EnumSet.of(TableFamily.INET, TableFamily.IP, TableFamily.IP6);

  /** What a rule may have besides the refusal: none of it is a condition. */
  private static final Set<String> NO_CONDITIONS = Set.of("log");

  private static final String REJECT = "reject";

  /** Those of all tables in use. */
  static List<DroppingChain> in(NftablesListing listing) {
    List<DroppingChain> dropping = new ArrayList<>();
    for (Table table : listing.tables()) {
      if (FAMILIES.contains(table.family()) && listing.isActive(table)) {
        for (Chain chain : listing.chains(table)) {
          BaseChain base = chain.base();
          if (base != null && base.hook() == BaseChain.NF_INET_FORWARD) {
            of(chain, base, listing.rules(chain)).ifPresent(dropping::add);
          }
        }
      }
    }
    return dropping;
  }

  private static Optional<DroppingChain> of(Chain chain, BaseChain base, List<ListedRule> rules) {
    for (ListedRule rule : rules) {
      if (refusesAll(rule)) {
        return Optional.of(new DroppingChain(chain, rules, Optional.of(rule)));
      }
    }
    return base.policy() == BaseChain.NF_DROP
        ? Optional.of(new DroppingChain(chain, rules, Optional.empty()))
        : Optional.empty();
  }

  private static boolean refusesAll(ListedRule rule) {
    boolean refuses = false;
    for (Expression expression : rule.rule().expressions()) {
      if (expression.equals(Verdict.drop()) || expression.name().equals(REJECT)) {
        refuses = true;
      } else if (!(expression instanceof Counter) && !NO_CONDITIONS.contains(expression.name())) {
        return false;
      }
    }
    return refuses;
  }

  /** Such as {@code chain ip filter FORWARD (policy drop)}. */
  @Override
  public String toString() {
    return "chain " + chain + (last.isPresent() ? " (its last rule)" : " (policy drop)");
  }
}
