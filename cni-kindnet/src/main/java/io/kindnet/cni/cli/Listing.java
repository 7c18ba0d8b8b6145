package io.kindnet.cni.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.kindnet.cni.protocol.JsonText;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Rows for a person or for a program.
 *
 * @param columns what to say of each row
 */
record Listing<T>(List<Column<T>> columns) {

  /** What stands for a value: null in JSON. */
  enum Unknown {
    /** Nobody knows it. */
    UNKNOWN;

    @Override
    public String toString() {
      return "";
    }
  }

  /** {@code -o}. */
  enum Format {
    /** Aligned columns with a line of headings. */
    table,
    /** A JSON array with an object for each row. */
    json
  }

  /**
   * One thing to say.
   *
   * @param key its name in JSON, or empty for what only the table has
   * @param heading its heading in the table, or empty for what only JSON has
   * @param value what it is: a text, a number or a boolean
   */
  record Column<T>(String key, String heading, Function<T, Object> value) {}

  /** Prints {@code rows}. */
  void print(PrintWriter out, Format format, List<T> rows) {
    if (format == Format.json) {
      out.println(json(rows));
    } else {
      printTable(out, rows);
    }
    out.flush();
  }

  private String json(List<T> rows) {
    return JsonText.write(json -> {
      json.useDefaultPrettyPrinter();
      write(json, rows);
    });
  }

  /** Writes {@code rows} as an array with an object for each. */
  void write(JsonGenerator json, List<T> rows) throws IOException {
    json.writeStartArray();
    for (T row : rows) {
      json.writeStartObject();
      for (Column<T> column : columns) {
        if (!column.key.isEmpty()) {
          json.writeFieldName(column.key);
          writeValue(json, column.value.apply(row));
        }
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeValue(JsonGenerator json, Object value) throws IOException {
    switch (value) {
      case Unknown nothing -> json.writeNull();
      case Boolean truth -> json.writeBoolean(truth);
      case Number number -> json.writeNumber(number.toString());
      default -> json.writeString(value.toString());
    }
  }

  private void printTable(PrintWriter out, List<T> rows) {
    List<Column<T>> shown = columns.stream().filter(c -> !c.heading.isEmpty()).toList();
    List<List<String>> lines = new ArrayList<>();
    lines.add(shown.stream().map(Column::heading).toList());
    for (T row : rows) {
      lines.add(shown.stream().map(column -> cell(column.value.apply(row))).toList());
    }
    for (List<String> line : lines) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < line.size(); i++) {
        int column = i;
        int width = lines.stream().mapToInt(each -> each.get(column).length()).max().orElse(0);
        text.append(line.get(i)).repeat(' ', width - line.get(i).length() + 2);
      }
      out.println(text.toString().stripTrailing());
    }
  }

  private static String cell(Object value) {
    String text = value.toString();
    return text.isEmpty() ? "-" : text;
  }
}
