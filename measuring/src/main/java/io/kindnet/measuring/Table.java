package io.kindnet.measuring;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A table in Markdown that can also be read as it is. The first columns are texts. */
public final class Table {
  private final int texts;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * A table without rows.
   *
   * @param texts how many columns are set to the left; the others are figures
   */
  public Table(int texts, String... head) {
    this.texts = texts;
    rows.add(List.of(head));
  }

  /** Adds a row: a cell for each column. */
  public void row(String... cells) {
    if (cells.length != rows.getFirst().size()) {
      throw new IllegalArgumentException(
          cells.length + " cells in a row of " + rows.getFirst().size());
    }
    rows.add(List.of(cells));
  }

  /** A figure as in {@code 0.97}. */
  public static String hundredths(double figure) {
    return String.format(Locale.ROOT, "%.2f", figure);
  }

  /** Prints it, with an empty line before and after it. */
  public void print(PrintStream out) {
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], Math.max(3, row.get(column).length()));
      }
    }
    out.println();
    print(out, rows.getFirst(), widths);
    out.println(rule(widths));
    for (List<String> row : rows.subList(1, rows.size())) {
      print(out, row, widths);
    }
    out.println();
  }

  private void print(PrintStream out, List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder("|");
    for (int column = 0; column < widths.length; column++) {
      String cell = row.get(column);
      String padding = " ".repeat(widths[column] - cell.length());
      line.append(' ').append(column < texts ? cell + padding : padding + cell).append(" |");
    }
    out.println(line);
  }

  private String rule(int[] widths) {
    StringBuilder line = new StringBuilder("|");
    for (int column = 0; column < widths.length; column++) {
      String dashes = "-".repeat(widths[column]);
      line.append(column < texts ? " " + dashes + " |" : " " + dashes + ":|");
    }
    return line.toString();
  }
}
