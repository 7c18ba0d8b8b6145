package io.kindnet.cni.portmap;

import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.NftablesListing;
import io.kindnet.netlink.nftables.NftablesTransaction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What in the table of the host ports cannot become what {@link HostPortTable} makes. The kernel
 * cannot change the types of a set or the hook of a chain; newer ones refuse a set of another type
 * with {@code EEXIST}, Linux 5.10 silently keeps the one that is there.
 */
final class TableConflicts {
  private TableConflicts() {}

  /** A phrase for each object: which one, what it is, what it should be; empty for none. */
  static List<String> in(NftablesListing listing) {
    List<String> conflicts = new ArrayList<>();
    sets(listing)
        .forEach((wanted, there) ->
            conflicts.add(there + " is " + type(there) + " and should be " + type(wanted)));
    chains(listing)
        .forEach((wanted, there) ->
            conflicts.add(
                "chain " + there + " is " + hook(there) + " and should be " + hook(wanted)));
    return conflicts;
  }

  /**
   * Takes the objects that are in the way out of a table of another version, and maps that only
   * that one uses, with all rules of the table, which may use them.
   *
   * @return the names of the sets and maps that go, with their elements
   */
  static Set<String> remove(NftablesListing listing, NftablesTransaction transaction) {
    Collection<NamedSet> sets = new ArrayList<>(sets(listing).values());
    sets.addAll(OtherVersions.unusedMaps(listing));
    Collection<Chain> chains = chains(listing).values();
    if (!sets.isEmpty() || !chains.isEmpty()) {
      transaction.flush(HostPortTable.TABLE);
      chains.forEach(transaction::delete);
      sets.forEach(transaction::delete);
    }
    return sets.stream().map(NamedSet::name).collect(Collectors.toSet());
  }

  /** From what is wanted to what is there instead. */
  private static Map<NamedSet, NamedSet> sets(NftablesListing listing) {
    Map<NamedSet, NamedSet> conflicts = new LinkedHashMap<>();
    List<NamedSet> sets = listing.sets(HostPortTable.TABLE);
    for (NamedSet wanted : HostPortTable.SETS) {
      for (NamedSet there : sets) {
        if (there.name().equals(wanted.name()) && !isSame(there, wanted)) {
          conflicts.put(wanted, there);
        }
      }
    }
    return conflicts;
  }

  private static Map<Chain, Chain> chains(NftablesListing listing) {
    Map<Chain, Chain> conflicts = new LinkedHashMap<>();
    List<Chain> chains = listing.chains(HostPortTable.TABLE);
    for (Chain wanted : HostPortTable.CHAINS) {
      for (Chain there : chains) {
        if (there.name().equals(wanted.name()) && !isSame(there.base(), wanted.base())) {
          conflicts.put(wanted, there);
        }
      }
    }
    return conflicts;
  }

  private static boolean isSame(NamedSet there, NamedSet wanted) {
    return haveSameType(there, wanted) && there.flags() == wanted.flags();
  }

  /** Whether elements of both mean the same. */
  static boolean haveSameType(NamedSet there, NamedSet wanted) {
    return there.key().equals(wanted.key()) && Objects.equals(there.data(), wanted.data());
  }

  /** Whether {@code there} is hooked as {@code wanted} is. The policy is changed in place. */
  private static boolean isSame(@Nullable BaseChain there, @Nullable BaseChain wanted) {
    if (there == null || wanted == null) {
      return there == null && wanted == null;
    }
    return there.type().equals(wanted.type())
        && there.hook() == wanted.hook()
        && there.priority() == wanted.priority();
  }

  private static String type(NamedSet set) {
    StringBuilder text = new StringBuilder(set.data() == null ? "a set of " : "a map of ");
    text.append(set.key());
    if (set.data() != null) {
      text.append(" : ").append(set.data());
    }
    if ((set.flags() & NamedSet.NFT_SET_INTERVAL) != 0) {
      text.append(" with intervals");
    }
    if ((set.flags() & NamedSet.NFT_SET_TIMEOUT) != 0) {
      text.append(" with timeouts");
    }
    int others =
        set.flags()
            & ~(NamedSet.NFT_SET_INTERVAL
                | NamedSet.NFT_SET_CONCAT
                | NamedSet.NFT_SET_TIMEOUT
                | NamedSet.NFT_SET_MAP);
    if (others != 0) {
      text.append(" with flags 0x").append(Integer.toHexString(others));
    }
    return text.toString();
  }

  private static String hook(Chain chain) {
    BaseChain base = chain.base();
    return base == null
        ? "without a hook"
        : "of type "
            + base.type()
            + ", hook "
            + hookName(base.hook())
            + ", priority "
            + base.priority();
  }

  private static String hookName(int hook) {
    return switch (hook) {
      case BaseChain.NF_INET_PRE_ROUTING -> "prerouting";
      case BaseChain.NF_INET_LOCAL_IN -> "input";
      case BaseChain.NF_INET_FORWARD -> "forward";
      case BaseChain.NF_INET_LOCAL_OUT -> "output";
      case BaseChain.NF_INET_POST_ROUTING -> "postrouting";
      default -> Integer.toString(hook);
    };
  }
}
