package org.sqlite.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Statements that are used again. */
class ConnectionTest {
  private static final String ABOVE = "SELECT number FROM numbers WHERE number > ? ORDER BY number";

  @TempDir private Path directory;
  private Connection connection;

  @BeforeEach
  void fill() throws SQLException {
    connection = Connection.open(directory.resolve("numbers.db").toString(), 0);
    connection.execute("PRAGMA journal_mode = WAL");
    connection.execute("CREATE TABLE numbers (number INTEGER UNIQUE)");
    connection.execute("INSERT INTO numbers VALUES (1), (2), (3)");
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
  }

  private List<Long> above(@Nullable Object... parameters) throws SQLException {
    List<Long> numbers = new ArrayList<>();
    try (Cursor rows = connection.prepare(ABOVE, parameters)) {
      while (rows.next()) {
        numbers.add(rows.number(0));
      }
    }
    return numbers;
  }

  @Test
  void beginAgainWithOtherParameters() throws SQLException {
    try (Cursor first = connection.prepare(ABOVE, 0)) {
      assertThat(first.next()).isTrue();
    }

    assertThat(above(1)).containsExactly(2L, 3L);
    assertThat(above(0)).containsExactly(1L, 2L, 3L);
    assertThat(above()).as("with nothing, after they had something").isEmpty();
  }

  @Test
  void areOthersWhileOneIsInUse() throws SQLException {
    List<List<Long>> nested = new ArrayList<>();
    try (Cursor rows = connection.prepare(ABOVE, 0)) {
      while (rows.next()) {
        nested.add(above(rows.number(0)));
      }
    }

    assertThat(nested).containsExactly(List.of(2L, 3L), List.of(3L), List.of());
  }

  @Test
  void followANewSchema() throws SQLException {
    assertThat(above(1)).containsExactly(2L, 3L);

    connection.execute("DROP TABLE numbers; CREATE TABLE numbers (text TEXT, number INTEGER)");
    connection.execute("INSERT INTO numbers VALUES ('five', 5)");

    assertThat(above(1)).containsExactly(5L);
  }

  @Test
  void workAgainAfterTheyFailed() throws SQLException {
    String insert = "INSERT INTO numbers VALUES (?)";
    try (Cursor twice = connection.prepare(insert, 3)) {
      assertThatThrownBy(twice::next).hasMessageContaining("UNIQUE");
    }

    try (Cursor once = connection.prepare(insert, 4)) {
      assertThat(once.next()).isFalse();
    }

    assertThat(above(2)).containsExactly(3L, 4L);
  }

  @Test
  void keepNeitherTheFileLockedNorOpen() throws SQLException {
    try (Cursor half = connection.prepare(ABOVE, 0)) {
      assertThat(half.next()).isTrue();
    }

    try (Connection other = Connection.open(directory.resolve("numbers.db").toString(), 0);
        Cursor moved = other.prepare("PRAGMA wal_checkpoint(TRUNCATE)")) {
      assertThat(moved.next()).isTrue();
      assertThat(moved.number(0)).as("busy").isZero();
    }
    connection.close();

    assertThat(directory.resolve("numbers.db")).exists();
    assertThat(Files.exists(directory.resolve("numbers.db-wal"))).as("open").isFalse();
  }
}
