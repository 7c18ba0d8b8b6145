package io.kindnet.netlink.testing;

/**
 * What a program left behind.
 *
 * @param exit the exit status; 0 means success
 * @param stdout the standard output, as UTF-8
 * @param stderr the standard error, as UTF-8
 */
public record CommandResult(int exit, String stdout, String stderr) {
  /** Whether the exit status is 0. */
  public boolean succeeded() {
    return exit == 0;
  }
}
