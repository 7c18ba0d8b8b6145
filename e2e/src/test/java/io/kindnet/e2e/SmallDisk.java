package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Node;
import io.kindnet.netlink.testing.Sqlite3;

/**
 * A file system of a few megabytes in which the database of a node is, for the plugin and for the
 * agent.
 *
 * @param cluster that the node is of
 * @param node the node
 */
record SmallDisk(TestCluster cluster, Node node) implements AutoCloseable {
  private static final String DIRECTORY = "/var/lib/cni-kindnet";
  private static final String FILLER = DIRECTORY + "/filler";

  /** Mounts it. An agent keeps what is mounted when it begins, so that it begins again. */
  static SmallDisk underDatabase(TestCluster cluster, Node node) {
    cluster.kindnet().keepAgentsAway();
    node.machine()
        .run(
            "sh",
            "-ec",
            """
            mkdir /run/small-disk
            mount -t tmpfs -o size=8m,mode=0700 small-disk /run/small-disk
            cp -a %1$s/. /run/small-disk/
            mount --bind /run/small-disk %1$s
            """
                .formatted(DIRECTORY));
    cluster.kindnet().letAgentsCome();
    return new SmallDisk(cluster, node);
  }

  /** Leaves no room on it, not even within the write-ahead log of the database. */
  void fill() {
    node.machine().run(Sqlite3.command(Leaks.DATABASE, "PRAGMA wal_checkpoint(TRUNCATE);"));
    assertThat(node.machine().attempt("dd", "if=/dev/zero", "of=" + FILLER, "bs=4k").output())
        .contains("No space left on device");
  }

  /** Gives back the room that was taken. */
  void empty() {
    node.machine().run("rm", FILLER);
  }

  /** Takes it away. What is in the database now is kept. */
  @Override
  public void close() {
    cluster.kindnet().keepAgentsAway();
    node.machine()
        .run(
            "sh",
            "-ec",
            """
            umount %1$s
            rm -rf %2$s /run/small-disk/filler %1$s/*
            cp -a /run/small-disk/. %1$s/
            umount /run/small-disk
            rmdir /run/small-disk
            """
                .formatted(DIRECTORY, FILLER));
    cluster.kindnet().letAgentsCome();
  }
}
