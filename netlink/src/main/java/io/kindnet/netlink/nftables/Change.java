package io.kindnet.netlink.nftables;

/**
 * Something that a transaction did, of whatever number of objects of the same kind in the same
 * place.
 *
 * @param kind what was made, changed or deleted
 * @param deleted whether it was deleted
 * @param table where it is, or the table itself
 * @param name of the chain or set, also for a rule or an element in it; empty for a table
 */
public record Change(Kind kind, boolean deleted, Table table, String name) {
  /** What can change. */
  public enum Kind {
    TABLE,
    CHAIN,
    RULE,
    SET,
    ELEMENT
  }
}
