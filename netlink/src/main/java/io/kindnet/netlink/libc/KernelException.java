package io.kindnet.netlink.libc;

/**
 * The kernel refused something. The message says what was being done to which object, the error by
 * name, and what else the kernel said.
 */
public class KernelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Errno errno;

  /**
   * An error of the kernel.
   *
   * @param what what was being done to which object, such as {@code open /run/netns/a}
   * @param errno the error
   */
  public KernelException(String what, Errno errno) {
    this(what, errno, "");
  }

  /**
   * An error of the kernel that came with an explanation.
   *
   * @param what what was being done to which object
   * @param errno the error
   * @param detail what else the kernel said; empty for nothing
   */
  public KernelException(String what, Errno errno, String detail) {
    super(what + ": " + errno + (detail.isEmpty() ? "" : ": " + detail));
    this.errno = errno;
  }

  /**
   * An error whose message another one has composed already.
   *
   * @param errno the error
   * @param message what was being done to which object, and the error
   */
  protected KernelException(Errno errno, String message) {
    super(message);
    this.errno = errno;
  }

  /** The error. */
  public Errno errno() {
    return errno;
  }
}
