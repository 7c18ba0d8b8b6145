package io.kindnet.kindnetd.trace;

import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.ListedRule;
import io.kindnet.netlink.nftables.NftablesListing;
import io.kindnet.netlink.nftables.RuleText;
import io.kindnet.netlink.nftables.Table;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What the rules and chains are that traces name, of whichever table. Each table is read once. */
final class RuleTexts {
  private final NftablesListing listing;
  private final Map<Table, Map<Long, String>> rules = new HashMap<>();
  private final Map<Table, Map<String, Chain>> chains = new HashMap<>();

  RuleTexts(NftablesListing listing) {
    this.listing = listing;
  }

  /** What the rule says; empty if it is there no more. */
  Optional<String> rule(Table table, long handle) {
    return Optional.ofNullable(rules.computeIfAbsent(table, this::rulesOf).get(handle));
  }

  private Map<Long, String> rulesOf(Table table) {
    Map<Long, String> texts = new HashMap<>();
    try {
      for (ListedRule rule : listing.rules(table)) {
        texts.put(rule.handle(), RuleText.of(rule.rule()));
      }
    } catch (KernelException unreadable) {
      // the story goes on without the texts
    }
    return texts;
  }

  /** The hook of a base chain; empty for other chains. */
  Optional<BaseChain> base(Table table, String chain) {
    Chain found = chains.computeIfAbsent(table, this::chainsOf).get(chain);
    return Optional.ofNullable(found == null ? null : found.base());
  }

  private Map<String, Chain> chainsOf(Table table) {
    Map<String, Chain> all = new HashMap<>();
    try {
      listing.chains(table).forEach(chain -> all.put(chain.name(), chain));
    } catch (KernelException unreadable) {
      // the story goes on without the hooks
    }
    return all;
  }
}
