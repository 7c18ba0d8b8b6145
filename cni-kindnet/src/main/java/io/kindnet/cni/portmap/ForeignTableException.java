package io.kindnet.cni.portmap;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import java.util.List;

/**
 * Objects in the table of the host ports have names of this plugin's, but are of another kind:
 * somebody else made them, or another version. Nothing has been changed.
 */
final class ForeignTableException extends KernelException {
  private static final long serialVersionUID = 1L;

  /**
   * An error with the objects that are in the way.
   *
   * @param conflicts a phrase for each of them, as {@link TableConflicts} makes them
   */
  ForeignTableException(List<String> conflicts) {
    super(
        Errno.EEXIST,
        "table "
            + HostPortTable.TABLE
            + " is not as this plugin makes it: "
            + String.join(", ", conflicts)
            + "; after nft delete table "
            + HostPortTable.TABLE
            + " it is made again");
  }
}
