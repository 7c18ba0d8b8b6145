package io.kindnet.kindnetd.cleanup;

import io.kindnet.kindnetd.files.FileErrors;
import io.kindnet.netlink.libc.KernelException;
import java.io.IOException;
import java.io.PrintWriter;

/** What was removed and what could not be, a line each; a failure does not keep from the rest. */
final class Report {
  private final PrintWriter out;
  private final PrintWriter err;
  private int removed;
  private int failures;

  /** Removes something; says whether it was there. */
  @FunctionalInterface
  interface Removal {
    boolean run() throws IOException;
  }

  /** Looks for things to remove. */
  @FunctionalInterface
  interface Search {
    void run() throws IOException;
  }

  Report(PrintWriter out, PrintWriter err) {
    this.out = out;
    this.err = err;
  }

  void search(String what, Search search) {
    try {
      search.run();
    } catch (IOException failure) {
      failed("look for " + what, FileErrors.of(failure));
    } catch (KernelException failure) {
      failed("look for " + what, String.valueOf(failure.getMessage()));
    }
  }

  void remove(Object what, Removal removal) {
    try {
      if (removal.run()) {
        out.println("removed " + what);
        removed++;
      }
    } catch (IOException failure) {
      failed("remove " + what, FileErrors.of(failure));
    } catch (KernelException failure) {
      failed("remove " + what, String.valueOf(failure.getMessage()));
    }
  }

  /** Something that looks like kindnet's, and stays. */
  void leave(String what, String reason) {
    out.println("left " + what + ": " + reason);
  }

  private void failed(String action, String reason) {
    err.println("kindnetd: cannot " + action + ": " + reason);
    failures++;
  }

  int removed() {
    return removed;
  }

  int failures() {
    return failures;
  }
}
