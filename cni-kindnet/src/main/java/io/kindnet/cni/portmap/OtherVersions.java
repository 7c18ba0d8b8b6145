package io.kindnet.cni.portmap;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.DataType;
import io.kindnet.netlink.nftables.FieldType;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.NftablesListing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells a table of another version of kindnet, or of the original in Go, from one that somebody
 * else made. Another version has a map of host ports from addresses to addresses, all its objects
 * have names that kindnet uses or has used, and its chains are at the hooks that the names say. Key
 * types, flags and priorities may differ.
 */
final class OtherVersions {
  /**
   * The names by address family. The original had one IPv6 map for each protocol in 2024 ({@code
   * cmd/cni-kindnet/portmap.go} of aojea/kindnet).
   */
  private static final List<String> MAPS_V4 = List.of("hostport-map-v4");

  private static final List<String> MAPS_V6 =
      List.of("hostport-map-v6", "hostport-map-v6-tcp", "hostport-map-v6-udp");

  private OtherVersions() {}

  /** Whether one of them can have made {@link HostPortTable#TABLE}, as {@code listing} shows it. */
  static boolean canHaveMade(NftablesListing listing) {
    boolean hasMap = false;
    for (NamedSet set : listing.sets(HostPortTable.TABLE)) {
      if ((set.flags() & NamedSet.NFT_SET_ANONYMOUS) != 0) {
        continue; // is part of a rule
      }
      AddressFamily family = familyOfMap(set.name());
      if (family != null ? !isMapOf(family, set) : !isOtherSet(set)) {
        return false;
      }
      hasMap |= family != null;
    }
    for (Chain chain : listing.chains(HostPortTable.TABLE)) {
      if (!isKnown(chain)) {
        return false;
      }
    }
    return hasMap;
  }

  /** The maps that this version does not use. */
  static List<NamedSet> unusedMaps(NftablesListing listing) {
    return listing.sets(HostPortTable.TABLE).stream()
        .filter(set -> familyOfMap(set.name()) != null)
        .filter(set -> HostPortTable.SETS.stream().noneMatch(own -> own.name().equals(set.name())))
        .toList();
  }

  private static @Nullable AddressFamily familyOfMap(String name) {
    if (MAPS_V4.contains(name)) {
      return AddressFamily.IPV4;
    }
    return MAPS_V6.contains(name) ? AddressFamily.IPV6 : null;
  }

  /** From an address and more to an address and more. */
  private static boolean isMapOf(AddressFamily family, NamedSet map) {
    DataType data = map.data();
    return data != null && beginsWithAddress(family, map.key()) && beginsWithAddress(family, data);
  }

  private static boolean beginsWithAddress(AddressFamily family, DataType type) {
    FieldType address = family == AddressFamily.IPV4 ? FieldType.IPV4_ADDR : FieldType.IPV6_ADDR;
    return type.fields().getFirst().equals(address);
  }

  private static boolean isOtherSet(NamedSet set) {
    for (NamedSet own : HostPortTable.SETS) {
      if (own.name().equals(set.name())) {
        return (own.data() == null) == (set.data() == null);
      }
    }
    return false;
  }

  private static boolean isKnown(Chain chain) {
    BaseChain base = chain.base();
    for (Chain own : HostPortTable.CHAINS) {
      BaseChain ownBase = own.base();
      if (!own.name().equals(chain.name())) {
        continue;
      }
      if (base == null || ownBase == null) {
        return base == null && ownBase == null;
      }
      return base.type().equals(ownBase.type()) && base.hook() == ownBase.hook();
    }
    return false;
  }
}
