package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.kindnetd.cluster.policies.LabelSelector;
import io.kindnet.kindnetd.cluster.policies.Peer;
import io.kindnet.kindnetd.cluster.policies.PodSelector;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The other sides of connections that some rules are about, all together: two lists of peers that
 * mean the same are equal as far as that shows without looking at any pod.
 *
 * @param everybody whether all addresses are meant
 * @param pods selectors by their texts
 * @param nodes selectors by their texts
 * @param domainNames in order
 * @param v4 addresses, without the exceptions of the blocks that they come from
 * @param v6 addresses, without the exceptions of the blocks that they come from
 */
record Peers(
    boolean everybody,
    SortedMap<String, PodSelector> pods,
    SortedMap<String, LabelSelector> nodes,
    SortedSet<String> domainNames,
    AddressRanges v4,
    AddressRanges v6) {
  static final Peers EVERYBODY = new Builder().addEverybody().build();

  AddressRanges ranges(AddressFamily family) {
    return family == AddressFamily.IPV4 ? v4 : v6;
  }

  /** Whether some of them are known by labels, and not by address. */
  boolean haveSelectors() {
    return !pods.isEmpty() || !nodes.isEmpty();
  }

  /** Tells those that {@link #haveSelectors} from others. */
  String selectorText() {
    List<String> texts = new ArrayList<>();
    pods.keySet().forEach(text -> texts.add("pods " + text));
    nodes.keySet().forEach(text -> texts.add("nodes " + text));
    return String.join("; ", texts);
  }

  /**
   * Tells these from all other peers, but for domain names: nobody who has one names ports, and the
   * API has no rule with both.
   */
  String text() {
    return everybody ? "everybody" : selectorText() + "; " + v4.text() + "; " + v6.text();
  }

  /** Collects peers. */
  static final class Builder {
    private final SortedMap<String, PodSelector> pods = new TreeMap<>();
    private final SortedMap<String, LabelSelector> nodes = new TreeMap<>();
    private final SortedSet<String> domainNames = new TreeSet<>();
    private AddressRanges v4 = AddressRanges.none(AddressFamily.IPV4);
    private AddressRanges v6 = AddressRanges.none(AddressFamily.IPV6);
    private boolean everybody;

    Builder addEverybody() {
      everybody = true;
      return this;
    }

    /** Adds those of a rule, which are everybody where it has none. */
    Builder addAll(Collection<Peer> peers) {
      if (peers.isEmpty()) {
        return addEverybody();
      }
      peers.forEach(this::add);
      return this;
    }

    private void add(Peer peer) {
      switch (peer) {
        case Peer.Pods those -> pods.put(SelectorText.of(those.selector()), those.selector());
        case Peer.Nodes those -> nodes.put(SelectorText.of(those.selector()), those.selector());
        case Peer.DomainNames those -> domainNames.addAll(those.names());
        case Peer.Block block -> add(block);
      }
    }

    private void add(Peer.Block block) {
      AddressRanges ranges = AddressRanges.of(block.cidr());
      for (IpPrefix except : block.except()) {
        ranges = ranges.minus(except);
      }
      if (ranges.family() == AddressFamily.IPV4) {
        v4 = v4.plus(ranges);
      } else {
        v6 = v6.plus(ranges);
      }
    }

    Peers build() {
      if (everybody || (v4.isEverything() && v6.isEverything())) {
        return new Peers(
            true,
            new TreeMap<>(),
            new TreeMap<>(),
            new TreeSet<>(),
            AddressRanges.none(AddressFamily.IPV4),
            AddressRanges.none(AddressFamily.IPV6));
      }
      return new Peers(false, pods, nodes, domainNames, v4, v6);
    }
  }
}
