package io.kindnet.netlink.route;

import io.kindnet.netlink.ip.AddressFamily;
import java.util.Objects;
import java.util.Optional;

/**
 * Which routes to list. The kernel leaves out the others.
 *
 * @param family one family; empty for both
 * @param table one table; 0 for all
 * @param protocol one maker, {@code RTPROT_}; 0 for all
 * @param type one type, {@code RTN_}; 0 for all
 * @param linkIndex those with a next hop through one link; 0 for all
 */
public record RouteFilter(
    Optional<AddressFamily> family, int table, int protocol, int type, int linkIndex) {
  /** All routes of both families and all tables, the kernel's own included. */
  public static RouteFilter all() {
    return new RouteFilter(Optional.empty(), 0, 0, 0, 0);
  }

  /** The routes of both families in the main table. */
  public static RouteFilter main() {
    return all().withTable(RouteConstants.RT_TABLE_MAIN);
  }

  /** Only one family. */
  public RouteFilter withFamily(AddressFamily only) {
    return new RouteFilter(Optional.of(only), table, protocol, type, linkIndex);
  }

  /** Only one table. */
  public RouteFilter withTable(int only) {
    return new RouteFilter(family, only, protocol, type, linkIndex);
  }

  /** Only what one maker made, {@code RTPROT_}. */
  public RouteFilter withProtocol(int only) {
    return new RouteFilter(family, table, only, type, linkIndex);
  }

  /** Only one type, {@code RTN_}. */
  public RouteFilter withType(int only) {
    return new RouteFilter(family, table, protocol, only, linkIndex);
  }

  /** Only what goes through {@code link}. */
  public RouteFilter withLink(Link link) {
    return new RouteFilter(family, table, protocol, type, link.index());
  }

  // by hand: what the build writes for a record compares and hashes all in turn, which calls feel

  @Override
  public boolean equals(Object other) {
    return other instanceof RouteFilter filter
        && family.equals(filter.family)
        && table == filter.table
        && protocol == filter.protocol
        && type == filter.type
        && linkIndex == filter.linkIndex;
  }

  @Override
  public int hashCode() {
    return Objects.hash(family, table, protocol, type, linkIndex);
  }

  /** {@code table 254 proto 4 dev 3}, each part where it says something. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    append(text, "table", table);
    append(text, "proto", protocol);
    append(text, "type", type);
    append(text, "dev", linkIndex);
    return text.isEmpty() ? "of all tables" : text.substring(1);
  }

  private static void append(StringBuilder text, String word, int value) {
    if (value != 0) {
      text.append(' ').append(word).append(' ').append(value);
    }
  }
}
