package io.kindnet.kindnetd.masq;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.nftables.DataType;
import io.kindnet.netlink.nftables.FieldType;
import io.kindnet.netlink.nftables.NamedSet;

/** A set of prefixes in the table. */
enum PrefixSet {
  /** Destinations to which pods are not masqueraded. */
  NO_MASQ_V4("noMasqV4", AddressFamily.IPV4, /* sources= */ false),

  /** The same for IPv6. */
  NO_MASQ_V6("noMasqV6", AddressFamily.IPV6, /* sources= */ false),

  /** Sources that are masqueraded: the pods of all nodes. */
  PODS_V4("podsV4", AddressFamily.IPV4, /* sources= */ true),

  /** The same for IPv6. */
  PODS_V6("podsV6", AddressFamily.IPV6, /* sources= */ true);

  @SuppressWarnings("ImmutableEnumChecker") // a record of what does not change either
  private final NamedSet set;

  private final AddressFamily family;
  private final boolean sources;

  PrefixSet(String name, AddressFamily family, boolean sources) {
    FieldType type = family == AddressFamily.IPV4 ? FieldType.IPV4_ADDR : FieldType.IPV6_ADDR;
    this.set = NamedSet.set(MasqTable.TABLE, name, DataType.of(type)).withAutoMerge();
    this.family = family;
    this.sources = sources;
  }

  NamedSet set() {
    return set;
  }

  AddressFamily family() {
    return family;
  }

  /** Whether it is about where packets come from, and not where they go. */
  boolean isOfSources() {
    return sources;
  }
}
