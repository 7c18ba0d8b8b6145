package io.kindnet.kindnetd.dnscache.kernel;

import io.kindnet.kindnetd.agent.NftablesSupport;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.ListedRule;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.NftablesListing;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.NftablesTransaction;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Value;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings the table {@link DnsTable} to what is to be intercepted, in one transaction each time, in
 * place. Thread-safe as far as the socket is.
 */
public final class DnsTableWriter {
  private final List<String> links;
  private final Supplier<NftablesSocket> nftables;

  /**
   * @param links the names of the interfaces by which pods of this node send; one that ends with
   *     {@code *} stands for all that begin so
   * @param nftables gives the socket of the network namespace; asked each time, since it may fail
   */
  public DnsTableWriter(List<String> links, Supplier<NftablesSocket> nftables) {
    this.links = List.copyOf(links);
    this.nftables = nftables;
  }

  /**
   * Makes the table what it has to be.
   *
   * @return whether anything was to do
   */
  public boolean write(Interception wanted) {
    return nftables.get().update((listing, transaction) -> plan(listing, transaction, wanted));
  }

  /** How many UDP packets went to the cache since the rules were made. */
  public long interceptedDatagrams() {
    NftablesListing listing = nftables.get().list();
    long packets = 0;
    for (AddressFamily family : AddressFamily.values()) {
      for (ListedRule rule : listing.rules(DnsTable.intercepting(family))) {
        Counter counter = rule.rule().counter();
        if (DnsTable.isOfDatagrams(rule.rule()) && counter != null) {
          packets += counter.packets();
        }
      }
    }
    return packets;
  }

  /**
   * Removes the table.
   *
   * @return whether it was there
   */
  public boolean remove() {
    return NftablesSupport.removeIfPresent(() -> nftables.get().remove(DnsTable.TABLE));
  }

  private void plan(NftablesListing listing, NftablesTransaction transaction, Interception wanted) {
    Map<NamedSet, List<Element>> sets = sets(wanted);
    Map<Chain, List<Rule>> chains =
        DnsTable.chains(links, wanted.flows().isEmpty(), wanted.draining());
    if (!listing.isActive(DnsTable.TABLE)) {
      transaction.add(DnsTable.TABLE);
    }
    boolean asWanted = areAsWanted(listing, sets.keySet(), chains);
    if (!asWanted) {
      // rules go before what they use
      listing.chains(DnsTable.TABLE).forEach(transaction::flush);
      for (Chain present : listing.chains(DnsTable.TABLE)) {
        if (!present.equals(find(chains, present.name()))) {
          transaction.delete(present);
        }
      }
    }
    sets.forEach((set, elements) -> {
      NamedSet present = listing.set(DnsTable.TABLE, set.name());
      if (set.equals(present)) {
        change(listing, transaction, set, elements);
      } else {
        if (present != null) {
          transaction.delete(present);
        }
        transaction.add(set).add(set, elements);
      }
    });
    if (!asWanted) {
      chains.keySet().forEach(transaction::add);
      chains.forEach((chain, rules) -> rules.forEach(rule -> transaction.append(chain, rule)));
    }
  }

  private static @Nullable Chain find(Map<Chain, List<Rule>> chains, String name) {
    return chains.keySet().stream()
        .filter(chain -> chain.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  private static Map<NamedSet, List<Element>> sets(Interception wanted) {
    Map<NamedSet, List<Element>> sets = new LinkedHashMap<>();
    for (AddressFamily family : AddressFamily.values()) {
      List<Element> servers = new ArrayList<>();
      for (InetAddress server : wanted.servers()) {
        if (AddressFamily.of(server) == family) {
          servers.add(Element.of(Value.of(server)));
        }
      }
      List<Element> flows = new ArrayList<>();
      for (Flow flow : wanted.flows().orElse(Set.of())) {
        if (flow.family() == family) {
          flows.add(flow.element());
        }
      }
      sets.put(DnsTable.servers(family), servers);
      sets.put(DnsTable.flows(family), flows);
    }
    return sets;
  }

  private static boolean areAsWanted(
      NftablesListing listing, Collection<NamedSet> sets, Map<Chain, List<Rule>> chains) {
    for (NamedSet set : sets) {
      if (!set.equals(listing.set(DnsTable.TABLE, set.name()))) {
        return false;
      }
    }
    if (listing.chains(DnsTable.TABLE).size() != chains.size()) {
      return false;
    }
    for (Map.Entry<Chain, List<Rule>> each : chains.entrySet()) {
      Chain chain = each.getKey();
      if (!chain.equals(listing.chain(DnsTable.TABLE, chain.name()))
          || !listing.hasRules(chain, each.getValue())) {
        return false;
      }
    }
    return true;
  }

  private static void change(
      NftablesListing listing,
      NftablesTransaction transaction,
      NamedSet set,
      List<Element> wanted) {
    List<Element> present = listing.elements(set);
    List<Element> removed = present.stream().filter(each -> !wanted.contains(each)).toList();
    List<Element> added = wanted.stream().filter(each -> !present.contains(each)).toList();
    if (!removed.isEmpty()) {
      transaction.delete(set, removed);
    }
    if (!added.isEmpty()) {
      transaction.add(set, added);
    }
  }
}
