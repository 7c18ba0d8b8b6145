package io.kindnet.demo;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** What was tried and how it ended, printed as a table at the end. */
final class Report {
  private record Row(String section, boolean worked, String what, String detail) {}

  private final PrintStream out;
  private final List<Row> rows = new ArrayList<>();
  private final StringBuilder sheets = new StringBuilder();
  private String section = "";

  Report(PrintStream out) {
    this.out = out;
  }

  /** What comes now is below {@code title}. */
  void section(String title) {
    section = title;
  }

  void pass(String what, String detail) {
    rows.add(new Row(section, true, what, detail));
  }

  void fail(String what, String detail) {
    rows.add(new Row(section, false, what, detail));
  }

  /**
   * Runs {@code check}, whose result is the detail of the row; an AssertionError makes it a failed
   * one.
   */
  void check(String what, Check check) {
    try {
      pass(what, check.run());
    } catch (AssertionError | RuntimeException e) {
      fail(what, String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }

  /**
   * Something to look at below the table: the command as an operator types it, and what it printed.
   */
  void sheet(String command, String output) {
    sheets.append("\n$ ").append(command).append('\n').append(output.stripTrailing()).append('\n');
  }

  /** Whether all of it worked. */
  boolean print() {
    int width = rows.stream().mapToInt(row -> row.what.length()).max().orElse(0);
    out.println(sheets);
    String printed = "";
    for (Row row : rows) {
      if (!row.section.equals(printed)) {
        printed = row.section;
        out.println();
        out.println(printed);
      }
      String padding = " ".repeat(width - row.what.length());
      out.println(
          (row.worked ? "  ok    " : "  FAILED") + "  " + row.what + padding + "  " + row.detail);
    }
    long failed = rows.stream().filter(row -> !row.worked).count();
    out.println();
    out.println(
        failed == 0
            ? "All " + rows.size() + " worked."
            : failed + " of " + rows.size() + " FAILED.");
    return failed == 0 && !rows.isEmpty();
  }

  /** Something that says what it saw, or throws an AssertionError. */
  @FunctionalInterface
  interface Check {
    String run();
  }
}
