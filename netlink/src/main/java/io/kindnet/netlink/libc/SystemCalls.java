package io.kindnet.netlink.libc;

/** Calls that answer -1 and set errno, turned into results and exceptions. */
final class SystemCalls {
  private SystemCalls() {}

  /** {@code result}, or an exception that names {@code what} if it is negative. */
  static int check(int result, String what) {
    if (result < 0) {
      throw new KernelException(what, lastError());
    }
    return result;
  }

  /** The error of the last call on this thread. */
  static Errno lastError() {
    return Errno.of(Libc.errno());
  }
}
