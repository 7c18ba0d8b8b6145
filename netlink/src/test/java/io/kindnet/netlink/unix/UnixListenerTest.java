package io.kindnet.netlink.unix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixListenerTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String CONNECT_AND_STAY =
      """
      $socket = IO::Socket::UNIX->new(Peer => shift) or die "$!\\n";
      print "connected\\n";
      <STDIN>;
      """;

  @TempDir private Path directory;

  @Test
  void takesConnectionsInTheOrderTheyCame() {
    Path path = directory.resolve("socket");
    try (UnixListener listener = UnixListener.bind(path, 16);
        UnixConnection first = UnixConnection.connect(path);
        UnixConnection second = UnixConnection.connect(path)) {
      first.send(new byte[] {1}, SOON);
      second.send(new byte[] {2}, SOON);

      assertThat(firstByte(listener)).isEqualTo(1);
      assertThat(firstByte(listener)).isEqualTo(2);
      assertThat(listener.accept()).isNull();
    }
  }

  @Test
  void whatIsThereAlreadyIsNotReplaced() {
    Path path = directory.resolve("socket");
    UnixListener.bind(path, 16).close();

    assertThatThrownBy(() -> UnixConnection.connect(path))
        .hasMessage("connect to " + path + ": ECONNREFUSED (Connection refused)");
    assertThatThrownBy(() -> UnixListener.bind(path, 16))
        .isInstanceOf(KernelException.class)
        .hasMessage("listen at " + path + ": EADDRINUSE (Address already in use)");
  }

  @Test
  void aDirectoryThatIsNotThere() {
    Path path = directory.resolve("no").resolve("socket");

    assertThatThrownBy(() -> UnixListener.bind(path, 16))
        .hasMessage("listen at " + path + ": ENOENT (No such file or directory)");
    assertThatThrownBy(() -> UnixConnection.connect(path))
        .hasMessage("connect to " + path + ": ENOENT (No such file or directory)");
  }

  @Test
  void aPathHasAtMost107Bytes() {
    String most = directory + "/" + "x".repeat(106 - directory.toString().length());

    try (UnixListener listener = UnixListener.bind(Path.of(most), 16);
        UnixConnection connection = UnixConnection.connect(Path.of(most))) {
      assertThat(firstByteAfter(connection, listener)).isEqualTo(7);
    }
    assertThatThrownBy(() -> UnixListener.bind(Path.of(most + "x"), 16))
        .hasMessage(
            "listen at "
                + most
                + "x: ENAMETOOLONG (File name too long): 108 bytes, where a socket's path has 107"
                + " at most");
  }

  @Test
  void anEmptyPathIsNoSocketWithoutAFile() {
    assertThatThrownBy(() -> UnixListener.bind(Path.of(""), 16))
        .hasMessageContaining("ENOENT")
        .hasMessageContaining("the path is empty");
  }

  @Test
  void tellsWhoConnectsThatTooManyWait() {
    Path path = directory.resolve("socket");
    List<UnixConnection> waiting = new ArrayList<>();
    try (UnixListener listener = UnixListener.bind(path, 2)) {
      assertThatThrownBy(
              () -> {
                while (true) {
                  waiting.add(UnixConnection.connect(path));
                }
              })
          .isInstanceOfSatisfying(
              KernelException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EAGAIN));
      assertThat(waiting).hasSize(3);

      Objects.requireNonNull(listener.accept()).close();
      waiting.add(UnixConnection.connect(path));
    } finally {
      waiting.forEach(UnixConnection::close);
    }
  }

  @Test
  void onlyTheOwnerMayConnect() throws IOException {
    Path path = directory.resolve("socket");
    try (UnixListener listener = UnixListener.bind(path, 16)) {
      assertThat(listener.accept()).isNull();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  @Tag("users")
  void tellsWhoAnotherUserIs() throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    Path path = directory.resolve("socket");
    try (UnixListener listener = UnixListener.bind(path, 16)) {
      Process refused = connectAsNobody(path);
      assertThat(new String(refused.getInputStream().readAllBytes(), UTF_8))
          .isEqualTo("Permission denied\n");

      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
      Process nobody = connectAsNobody(path);
      try (OutputStream end = nobody.getOutputStream();
          UnixConnection connection = awaitConnection(listener)) {
        assertThat(connection.peerUid()).isEqualTo(65534);
        assertThat(connection.peerPid()).isEqualTo((int) nobody.pid());
        end.write('\n');
      } finally {
        nobody.destroyForcibly().onExit().join();
      }
    }
  }

  private static Process connectAsNobody(Path path) throws IOException {
    return new ProcessBuilder(
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "perl",
            "-MIO::Socket::UNIX",
            "-e",
            CONNECT_AND_STAY,
            path.toString())
        .redirectErrorStream(true)
        .start();
  }

  private static UnixConnection awaitConnection(UnixListener listener) {
    try (Poller<UnixListener> poller = new Poller<>()) {
      poller.add(listener.fd(), listener);
      assertThat(poller.await(SOON)).containsExactly(listener);
      return Objects.requireNonNull(listener.accept());
    }
  }

  private static int firstByteAfter(UnixConnection client, UnixListener listener) {
    client.send(new byte[] {7}, SOON);
    return firstByte(listener);
  }

  private static int firstByte(UnixListener listener) {
    byte[] buffer = new byte[8];
    try (UnixConnection accepted = Objects.requireNonNull(listener.accept())) {
      assertThat(accepted.receive(buffer, 0, buffer.length, new ArrayList<>())).isEqualTo(1);
      return buffer[0];
    }
  }
}
