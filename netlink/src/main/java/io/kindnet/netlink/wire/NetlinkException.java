package io.kindnet.netlink.wire;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;

/**
 * The kernel answered a request with an error. The message holds its extended acknowledgement,
 * where there was one.
 */
public final class NetlinkException extends KernelException {
  private static final long serialVersionUID = 1L;

  private final String detail;

  /**
   * An error with what the kernel said of it.
   *
   * @param what what was being done to which object
   * @param errno the error
   * @param detail the text and the offending attribute; empty for none
   */
  public NetlinkException(String what, Errno errno, String detail) {
    super(what, errno, detail);
    this.detail = detail;
  }

  /** What the kernel said of the error: the text and the offending attribute; empty for none. */
  public String detail() {
    return detail;
  }
}
