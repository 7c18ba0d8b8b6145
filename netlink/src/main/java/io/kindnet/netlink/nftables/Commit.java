package io.kindnet.netlink.nftables;

import java.util.List;

/**
 * A transaction that the kernel carried out.
 *
 * @param generation the number of the state that it led to
 * @param portId the socket that sent it, see {@link NftablesSocket#portId}
 * @param processId the kernel's thread that sent it
 * @param process the name of that thread, such as {@code nft}
 * @param changes what it did, in the order of the first of each
 */
public record Commit(
    int generation, int portId, int processId, String process, List<Change> changes) {
  /** Copies the list. */
  public Commit {
    changes = List.copyOf(changes);
  }

  /** Whether it did anything to {@code table} or in it. */
  public boolean touches(Table table) {
    for (Change change : changes) {
      if (change.table().equals(table)) {
        return true;
      }
    }
    return false;
  }
}
