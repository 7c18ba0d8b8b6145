package io.kindnet.netlink.libc;

/**
 * Descriptors were sent that this process did not get: {@code MSG_CTRUNC}. None of them is open
 * here, and the bytes that they came with are gone, too.
 */
public final class LostFdsException extends KernelException {
  private static final long serialVersionUID = 1L;

  /**
   * The error is {@code EMSGSIZE} if more came than are taken, and else {@code EMFILE}, which the
   * kernel does not say but is why it drops some: this process may have no more of them.
   *
   * @param what what was being done to which object
   * @param taken how many came
   * @param most how many are taken at once
   */
  LostFdsException(String what, int taken, int most) {
    super(
        what,
        taken < most ? Errno.EMFILE : Errno.EMSGSIZE,
        taken < most ? "some were dropped by the kernel" : "more than " + most + " at once");
  }
}
