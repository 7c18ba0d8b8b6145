package io.kindnet.netlink.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Sqlite3Test {
  @TempDir Path directory;

  @Test
  void runsStatementsThatBeginWithAComment() {
    Path database = directory.resolve("numbers.db");

    String rows = Commands.run(List.of(Sqlite3.command(database, "-- two numbers\nSELECT 1, 2;")));

    assertEquals("1|2", rows.strip());
  }
}
