package io.kindnet.cni;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;

/** What can befall the file of a database that nobody has open. */
enum Damage {
  /** Its first bytes are others. */
  HEADER_OVERWRITTEN {
    @Override
    void change(Path file) throws IOException {
      write(file, 0, "a header of something else".getBytes(UTF_8));
    }
  },
  /** Something else has its name. */
  NO_DATABASE {
    @Override
    void change(Path file) throws IOException {
      Files.writeString(file, "some text instead of a database\n".repeat(500));
    }
  },
  /** Its second half is missing. */
  HALVED {
    @Override
    void change(Path file) throws IOException {
      truncate(file, Files.size(file) / 2);
    }
  },
  /** The rows of pods are zeros. */
  PODS_ZEROED {
    @Override
    void change(Path file) throws IOException, SQLException {
      zero(file, "pods");
    }
  },
  /** The index by container is zeros. */
  KEYS_ZEROED {
    @Override
    void change(Path file) throws IOException, SQLException {
      zero(file, "sqlite_autoindex_pods_1");
    }
  },
  /** The index by address is zeros, which only the choice of one notices. */
  ADDRESSES_ZEROED {
    @Override
    void change(Path file) throws IOException, SQLException {
      zero(file, "sqlite_autoindex_pods_2");
    }
  },
  /** The rows of host ports are garbage. */
  PORTS_GARBLED {
    @Override
    void change(Path file) throws IOException, SQLException {
      fill(file, "portmap_entries", (byte) 0x5a);
    }
  };

  abstract void change(Path file) throws IOException, SQLException;

  /** Does it. */
  void of(Path file) {
    try {
      change(file);
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    } catch (SQLException refused) {
      throw new AssertionError(refused);
    }
  }

  private static void zero(Path file, String tree) throws IOException, SQLException {
    fill(file, tree, (byte) 0);
  }

  /** Fills the first page of a table or an index. */
  private static void fill(Path file, String tree, byte with) throws IOException, SQLException {
    int pageSize;
    long page;
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      pageSize = number(connection, "PRAGMA page_size");
      page = number(connection, "SELECT rootpage FROM sqlite_schema WHERE name = '" + tree + "'");
    }
    byte[] content = new byte[pageSize];
    Arrays.fill(content, with);
    write(file, (page - 1) * pageSize, content);
  }

  private static int number(Connection connection, String query) throws SQLException {
    try (ResultSet rows = connection.createStatement().executeQuery(query)) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static void write(Path file, long offset, byte[] content) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(content), offset);
    }
  }

  private static void truncate(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }
}
