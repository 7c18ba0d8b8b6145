package io.kindnet.cni.portmap;

import io.kindnet.netlink.nftables.NftablesListing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why the table of the host ports cannot be used as it is: objects in it have names of this
 * plugin's, but are of another kind.
 *
 * @param ofAnotherVersion whether another version of kindnet can have made the table, so that it
 *     may be replaced; otherwise it is somebody else's
 * @param text names the objects, what they are and what they should be
 */
public record TableProblem(boolean ofAnotherVersion, String text) {
  /** What is wrong with the table that {@code listing} shows; null for nothing, or no table. */
  public static @Nullable TableProblem of(NftablesListing listing) {
    List<String> conflicts = TableConflicts.in(listing);
    return conflicts.isEmpty()
        ? null
        : new TableProblem(
            OtherVersions.canHaveMade(listing),
            "table "
                + HostPortTable.TABLE
                + " is not as this plugin makes it: "
                + String.join(", ", conflicts));
  }
}
