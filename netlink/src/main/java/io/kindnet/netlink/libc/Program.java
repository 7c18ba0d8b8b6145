package io.kindnet.netlink.libc;

/** The running program. */
public final class Program {
  private Program() {}

  /**
   * Ends it at once, whatever its threads are in the middle of. {@link Runtime#halt} waits for
   * those that are in a system call, and looks every ten milliseconds whether they have come back.
   *
   * @param status 0 to 255
   */
  public static void exit(int status) {
    Libc.exit(status);
  }
}
