package io.kindnet.measuring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void isMarkdownThatCanBeReadAsItIs() {
    Table table = new Table(1, "operation", "ms");
    table.row("ADD", "71.3 (69.0–80.2)");
    table.row("DEL", "8.0 (7.0–9.0)");

    assertThat(printed(table))
        .isEqualTo(
            """

            | operation |               ms |
            | --------- | ----------------:|
            | ADD       | 71.3 (69.0–80.2) |
            | DEL       |    8.0 (7.0–9.0) |

            """);
  }

  @Test
  void hasACellForEachColumn() {
    Table table = new Table(1, "operation", "ms");

    assertThatThrownBy(() -> table.row("ADD")).hasMessage("1 cells in a row of 2");
  }

  private static String printed(Table table) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    table.print(new PrintStream(bytes, true, UTF_8));
    return bytes.toString(UTF_8);
  }
}
