package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.kindnetd.networkpolicy.compiler.DenyChain;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.ListedRule;
import io.kindnet.netlink.nftables.NftablesListing;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.expr.Counter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many packets were denied, read from the kernel's counters when asked. What a chain has
 * counted that is not there any more is kept. May be used by any thread.
 */
final class DenialCounts {
  private static final Logger log = LoggerFactory.getLogger(DenialCounts.class);

  /** With more chains than this, all rules are listed at once. */
  private static final int FEW = 8;

  /** How often chains may go while they are read, before that is put up with. */
  private static final int ATTEMPTS = 3;

  private final Supplier<NftablesSocket> nftables;
  private final Map<List<String>, Long> retired = new HashMap<>();
  private final Set<String> retiredChains = new HashSet<>();
  private Map<String, DenyChain> denials = Map.of();
  private int retirements;

  DenialCounts(Supplier<NftablesSocket> nftables) {
    this.nftables = nftables;
  }

  /** These are the chains that deny, from now on. */
  synchronized void denials(Map<String, DenyChain> byName) {
    denials = byName;
    retiredChains.clear();
  }

  /** Packets by direction and policies. */
  Map<List<String>, Long> packets() {
    for (int attempt = 1; ; attempt++) {
      int before = retirements();
      // without the lock: a pod that starts does not wait for a long list
      List<ListedRule> listed = list();
      synchronized (this) {
        if (before == retirements || attempt == ATTEMPTS) {
          return packets(listed);
        }
      }
    }
  }

  private synchronized int retirements() {
    return retirements;
  }

  private List<ListedRule> list() {
    try {
      return nftables.get().list().rules(PolicyTable.TABLE);
    } catch (KernelException unreadable) {
      log.debug("counters of denials cannot be read: {}", unreadable.getMessage());
      return List.of();
    }
  }

  private synchronized Map<List<String>, Long> packets(List<ListedRule> listed) {
    Map<List<String>, Long> packets = new HashMap<>(retired);
    denials.values().forEach(chain -> packets.putIfAbsent(labels(chain), 0L));
    for (ListedRule rule : listed) {
      if (!retiredChains.contains(rule.chain())) {
        add(packets, rule.chain(), rule.rule());
      }
    }
    return packets;
  }

  /**
   * To be called before {@code update} is carried out: keeps what chains have counted that it
   * removes, and lets those that it replaces go on counting.
   */
  synchronized void keep(TableUpdate update) {
    List<Chain> removed = update.chains().unused().stream().filter(this::isDenying).toList();
    List<Chain> replaced =
        update.chains().replaced().entrySet().stream()
            .filter(entry -> entry.getValue().stream().anyMatch(rule -> rule.counter() != null))
            .map(Map.Entry::getKey)
            .toList();
    if (removed.isEmpty() && replaced.isEmpty()) {
      return;
    }
    Map<String, List<Rule>> present = list(removed, replaced);
    retirements++;
    for (Chain chain : removed) {
      retiredChains.add(chain.name());
      present
          .getOrDefault(chain.name(), List.of())
          .forEach(rule -> add(retired, chain.name(), rule));
    }
    for (Chain chain : replaced) {
      List<Rule> rules = update.chains().replaced().getOrDefault(chain, List.of());
      update
          .chains()
          .replace(chain, Counters.carryOver(present.getOrDefault(chain.name(), List.of()), rules));
    }
  }

  private boolean isDenying(Chain chain) {
    return denials.containsKey(chain.name()) && !retiredChains.contains(chain.name());
  }

  private Map<String, List<Rule>> list(List<Chain> some, List<Chain> others) {
    List<Chain> chains = new ArrayList<>(some);
    chains.addAll(others);
    NftablesListing kernel = nftables.get().list();
    List<ListedRule> listed = new ArrayList<>();
    if (chains.size() > FEW) {
      listed.addAll(kernel.rules(PolicyTable.TABLE));
    } else {
      chains.forEach(chain -> listed.addAll(kernel.rules(chain)));
    }
    Map<String, List<Rule>> rules = new HashMap<>();
    for (ListedRule rule : listed) {
      rules.computeIfAbsent(rule.chain(), _ -> new ArrayList<>()).add(rule.rule());
    }
    return rules;
  }

  private void add(Map<List<String>, Long> packets, String chain, Rule rule) {
    DenyChain denial = denials.get(chain);
    Counter counter = rule.counter();
    if (denial != null && counter != null) {
      packets.merge(labels(denial), counter.packets(), Long::sum);
    }
  }

  private static List<String> labels(DenyChain chain) {
    return List.of(PolicyTable.word(chain.direction()), chain.text());
  }
}
