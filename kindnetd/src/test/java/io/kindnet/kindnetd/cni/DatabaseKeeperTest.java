package io.kindnet.kindnetd.cni;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log beside the database tells whether anybody has it open: the last one removes it. */
class DatabaseKeeperTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);

  @TempDir private Path folder;

  private void call() throws CniException {
    Path file = folder.resolve(Store.FILE_NAME);
    try (Store store = Store.open(file)) {
      assertThat(store.pods().all()).isEmpty();
    }
  }

  private boolean isOpen() {
    return Files.exists(folder.resolve(Store.FILE_NAME + "-wal"));
  }

  @Test
  void leavesTheDatabaseOpenForTheNextCallAndThenClosesIt() throws CniException {
    try (DatabaseKeeper keeper = new DatabaseKeeper()) {
      call();
      assertThat(isOpen()).isFalse();

      keeper.used(folder.resolve(Store.FILE_NAME));
      call();

      assertThat(isOpen()).isTrue();
      Eventually.within(DEADLINE, () -> assertThat(isOpen()).isFalse());
    }
  }

  @Test
  void closesItNowAndThenHoweverManyCallsCome() {
    try (DatabaseKeeper keeper = new DatabaseKeeper()) {
      Path file = folder.resolve(Store.FILE_NAME);
      keeper.used(file);
      assertThat(isOpen()).isTrue();

      Eventually.within(
          DEADLINE,
          () -> {
            boolean open = isOpen();
            if (open) {
              keeper.used(file);
            }
            assertThat(open).isFalse();
          });
    }
  }

  @Test
  void letsGoOfItAtTheEnd() {
    DatabaseKeeper keeper = new DatabaseKeeper();
    keeper.used(folder.resolve(Store.FILE_NAME));

    keeper.close();

    assertThat(isOpen()).isFalse();
    keeper.used(folder.resolve(Store.FILE_NAME));
    assertThat(isOpen()).isFalse();
  }
}
