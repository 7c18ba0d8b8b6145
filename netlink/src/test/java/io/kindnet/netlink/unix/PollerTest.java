package io.kindnet.netlink.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PollerTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  private final Poller<Integer> poller = new Poller<>();
  private final List<UnixConnection> clients = new ArrayList<>();
  private final List<UnixConnection> servers = new ArrayList<>();
  @TempDir private Path directory;
  private UnixListener listener;

  @BeforeEach
  void listen() {
    listener = UnixListener.bind(directory.resolve("socket"), 16);
  }

  @AfterEach
  void close() {
    clients.forEach(UnixConnection::close);
    servers.forEach(UnixConnection::close);
    listener.close();
    poller.close();
  }

  @Test
  void tellsOfAConnectionThatWaits() {
    poller.add(listener.fd(), -1);
    assertThat(poller.await(Duration.ZERO)).isEmpty();

    connect();
    assertThat(poller.await(Duration.ZERO)).isEmpty();
    clients.add(UnixConnection.connect(directory.resolve("socket")));
    assertThat(poller.await(SOON)).containsExactly(-1);
  }

  @Test
  void tellsOfBytesUntilTheyAreReadAndOfTheEnd() {
    connect();
    clients.get(0).send(new byte[] {1}, SOON);

    assertThat(poller.await(SOON)).containsExactly(0);
    assertThat(poller.await(SOON)).containsExactly(0);
    read(0);
    assertThat(poller.await(Duration.ZERO)).isEmpty();

    clients.get(0).close();
    assertThat(poller.await(SOON)).containsExactly(0);
  }

  @Test
  void tellsOfEachOfManyHoweverManyAreReadyAtOnce() {
    Set<Integer> expected = new TreeSet<>();
    for (int i = 0; i < 350; i++) {
      connect();
      if (i % 7 != 3) {
        clients.get(i).send(new byte[] {1}, SOON);
        expected.add(i);
      }
    }

    Set<Integer> told = new TreeSet<>();
    List<Integer> ready = poller.await(SOON);
    while (!ready.isEmpty()) {
      for (int connection : ready) {
        assertThat(told.add(connection)).isTrue();
        read(connection);
      }
      ready = poller.await(Duration.ZERO);
    }
    assertThat(told).isEqualTo(expected);
  }

  @Test
  void tellsNothingOfWhatWasRemoved() {
    connect();
    connect();
    clients.get(0).send(new byte[] {1}, SOON);
    clients.get(1).send(new byte[] {1}, SOON);
    poller.remove(servers.get(0).fd());

    assertThat(poller.await(SOON)).containsExactly(1);
    assertThatThrownBy(() -> poller.remove(servers.get(0).fd()))
        .isInstanceOfSatisfying(
            KernelException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
  }

  @Test
  void anotherThreadEndsTheWait() {
    connect();
    for (int turn = 0; turn < 100; turn++) {
      CompletableFuture<Void> waker = CompletableFuture.runAsync(poller::wakeUp);
      assertThat(poller.await(Duration.ofDays(1))).isEmpty();
      waker.join();
    }
  }

  @Test
  void aWakeUpHidesNothing() {
    connect();
    clients.get(0).send(new byte[] {1}, SOON);
    poller.wakeUp();

    assertThat(poller.await(SOON)).containsExactly(0);
  }

  @Test
  void leavesNothingOpen() throws IOException {
    long before = OpenFiles.beginningWith("anon_inode:[event");
    try (Poller<String> other = new Poller<>()) {
      other.add(listener.fd(), "listener");
      assertThat(OpenFiles.beginningWith("anon_inode:[event")).isEqualTo(before + 2);
    }
    assertThat(OpenFiles.beginningWith("anon_inode:[event")).isEqualTo(before);
  }

  @Test
  void wakingAClosedOneDoesNothing() {
    Poller<String> other = new Poller<>();
    other.close();

    other.wakeUp();

    assertThatThrownBy(() -> other.await(Duration.ZERO)).isInstanceOf(IllegalStateException.class);
  }

  /** One more connection; the poller knows its end by its place in the lists. */
  private void connect() {
    clients.add(UnixConnection.connect(directory.resolve("socket")));
    servers.add(Objects.requireNonNull(listener.accept()));
    poller.add(servers.getLast().fd(), servers.size() - 1);
  }

  private void read(int connection) {
    assertThat(servers.get(connection).receive(new byte[8], 0, 8, new ArrayList<>())).isEqualTo(1);
  }
}
