package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.BusyTimeout;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log beside the database tells whether anybody has it open: the last one removes it. */
class StorePoolTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);

  private static final Duration NEVER = Duration.ofDays(1);

  private StorePool pool = new StorePool(2, NEVER, NEVER);

  @TempDir private Path directory;

  @AfterEach
  void close() {
    pool.close();
  }

  /** That of the agent, which keeps nothing for long. */
  private void useTheUsualOne() {
    pool.close();
    pool = new StorePool(2);
  }

  private Store open() throws CniException {
    return pool.open(
        directory.resolve(Store.FILE_NAME), BusyTimeout.USUAL, (pods, ports, namespaces) -> {});
  }

  /** What it used. */
  private Store call() throws CniException {
    Store store = open();
    assertThat(store.pods().all()).isEmpty();
    pool.giveBack(store, true);
    return store;
  }

  private boolean isOpen() {
    return Files.exists(directory.resolve(Store.FILE_NAME + "-wal"));
  }

  private void assertIsClosedSoon() {
    Eventually.within(DEADLINE, () -> assertThat(isOpen()).isFalse());
  }

  /** A file that was made before, since to make it changes it. */
  private void makeFile() throws CniException {
    Store.open(directory.resolve(Store.FILE_NAME)).close();
  }

  @Test
  void leavesTheDatabaseOpenForTheNextCall() throws CniException {
    makeFile();

    Store first = call();
    assertThat(isOpen()).isTrue();
    assertThat(call()).isSameAs(first);
  }

  @Test
  void closesItWhenNoCallComes() throws CniException {
    useTheUsualOne();
    makeFile();

    Store first = call();

    assertIsClosedSoon();
    assertThat(call()).isNotSameAs(first);
  }

  @Test
  void closesItNowAndThenHoweverManyCallsCome() throws CniException {
    useTheUsualOne();
    call();

    Eventually.within(
        DEADLINE,
        () -> {
          boolean open = isOpen();
          if (open) {
            call();
          }
          assertThat(open).isFalse();
        });
  }

  @Test
  void givesWhatItKeepsToOneCallAtATime() throws CniException {
    makeFile();
    Store first = open();
    Store second = open();
    Store third = open();
    assertThat(second).isNotSameAs(first);

    pool.giveBack(first, true);
    pool.giveBack(second, true);
    pool.giveBack(third, true);

    assertThat(open()).isSameAs(second);
    assertThat(open()).isSameAs(first);
    Store fourth = open();
    assertThat(fourth).as("more than it keeps").isNotSameAs(third);
    first.close();
    second.close();
    fourth.close();
  }

  @Test
  void keepsNothingAfterAnError() throws CniException {
    makeFile();
    Store store = open();

    pool.giveBack(store, false);

    assertIsClosedSoon();
    assertThat(call()).isNotSameAs(store);
  }

  @Test
  void keepsNothingOpenWhileSomebodyNeedsTheFileAlone() throws CniException {
    makeFile();
    Store underWay = open();
    call();

    String seen =
        pool.runExclusive(() -> {
          pool.giveBack(underWay, true);
          assertIsClosedSoon();
          assertThat(call()).isNotSameAs(underWay);
          assertIsClosedSoon();
          return "closed";
        });

    assertThat(seen).isEqualTo("closed");
    Store later = call();
    assertThat(call()).isSameAs(later);
  }

  @Test
  void letsGoOfItAtTheEnd() throws CniException {
    Store underWay = open();
    call();

    pool.close();

    assertThat(isOpen()).isTrue();
    pool.giveBack(underWay, true);
    assertThat(isOpen()).isFalse();
    call();
    assertThat(isOpen()).isFalse();
  }
}
