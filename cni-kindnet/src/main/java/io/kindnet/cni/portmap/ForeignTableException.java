package io.kindnet.cni.portmap;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;

/**
 * Objects in the table of the host ports have names of this plugin's, but are of another kind:
 * somebody else made them, or another version. Nothing has been changed.
 */
final class ForeignTableException extends KernelException {
  private static final long serialVersionUID = 1L;

  /** An error with the objects that are in the way, and what to do about them. */
  ForeignTableException(TableProblem problem) {
    super(
        Errno.EEXIST,
        problem.text() + "; after nft delete table " + HostPortTable.TABLE + " it is made again");
  }
}
