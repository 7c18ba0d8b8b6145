package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.kindnetd.AgentProcess;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.unix.UnixListener;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent's socket is there while it serves, for root alone, and nobody else's is touched. */
@NetworkNamespaces
class SocketFileTest {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private final Namespace node;
  private final Path directory;
  private final Path socket;

  SocketFileTest(Namespace node, @TempDir Path temporary) {
    this.node = node;
    this.directory = temporary.resolve("kindnet");
    this.socket = directory.resolve("cni.sock");
  }

  @Test
  void isThereForRootAlone() throws IOException {
    try (LocalCallServer server = serve()) {
      assertThat(permissions(directory)).isEqualTo("rwx------");
      assertThat(permissions(server.socket())).isEqualTo("rw-------");
      assertThat(files()).containsExactly("cni.sock");
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void replacesWhatAKilledAgentLeft() throws IOException {
    Files.createDirectories(directory);
    UnixListener.bind(socket, 1).close();
    assertThat(ClientSession.isServed(socket)).isFalse();

    try (LocalCallServer server = serve()) {
      assertThat(ClientSession.isServed(server.socket())).isTrue();
      assertThat(files()).containsExactly("cni.sock");
    }
    assertThat(files()).isEmpty();
  }

  /** The new agent of a rollout may begin before the old one has ended. */
  @Test
  void leavesTheSocketOfANewerAgentWhereItIs() throws IOException {
    try (LocalCallServer newer = takeOver()) {
      assertThat(ClientSession.isServed(newer.socket())).isTrue();
      assertThat(files()).containsExactly("cni.sock");
    }
    assertThat(files()).isEmpty();
  }

  private LocalCallServer takeOver() throws IOException {
    try (LocalCallServer older = serve()) {
      Object file = Files.getAttribute(older.socket(), "unix:ino");
      LocalCallServer newer = serve();
      Eventually.within(
          DEADLINE, () -> assertThat(Files.getAttribute(socket, "unix:ino")).isNotEqualTo(file));
      return newer;
    }
  }

  @Test
  void comesBackWhenSomebodyRemovesIt() throws IOException {
    try (LocalCallServer server = serve()) {
      Files.delete(server.socket());
      awaitServed();
      // who makes the socket again may be quicker than the second step
      Eventually.within(
          DEADLINE,
          () -> {
            Files.deleteIfExists(socket);
            Files.delete(directory);
          });
      awaitServed();
      assertThat(permissions(directory)).isEqualTo("rwx------");
    }
    assertThat(files()).isEmpty();
  }

  /** Who looks whether it is still there must not take the end for an accident. */
  @Test
  void staysAwayOnceItsAgentEnds() throws IOException {
    SocketFile file = new SocketFile(socket);
    file.listen().close();
    file.remove();
    assertThat(file.isGone()).isFalse();
    assertThatThrownBy(file::listen).hasMessage(socket + " is not served any more");
    assertThat(files()).isEmpty();
  }

  @Test
  void isNotMadeWhereItIsSwitchedOff(@TempDir Path configurations) throws Exception {
    node.loopbackUp();
    try (AgentProcess agent = ServingAgent.startProcess(node, configurations, "");
        AgentProcess other = startElsewhere(configurations)) {
      Eventually.within(
          DEADLINE,
          () -> {
            assertThat(agent.log()).contains("waiting for the API server");
            assertThat(threads(other)).as(other.log()).contains("cni-call-server");
          });
      assertThat(threads(agent)).contains("java").doesNotContain("cni-call-server");
      assertThat(agent.stop("TERM")).isZero();
      // in the middle of its warm-up, or not
      assertThat(other.stop("TERM")).isZero();
    }
    assertThat(files()).doesNotContain(socket.getFileName().toString());
  }

  private AgentProcess startElsewhere(Path configurations) {
    // in a namespace of its own, because of the port of the metrics
    return ServingAgent.startProcess(node, configurations, socket.toString(), "unshare", "--net");
  }

  private static List<String> threads(AgentProcess agent) throws IOException {
    List<String> names = new ArrayList<>();
    Path tasks = Path.of("/proc", Long.toString(agent.pid()), "task");
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        try {
          names.add(Files.readString(thread.resolve("comm")).strip());
        } catch (IOException ended) {
          // since it was listed
        }
      }
    }
    return names;
  }

  private LocalCallServer serve() {
    return LocalCallServer.start(node, socket, step -> {});
  }

  private void awaitServed() {
    Eventually.within(DEADLINE, () -> assertThat(ClientSession.isServed(socket)).isTrue());
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private List<String> files() throws IOException {
    List<String> names = new ArrayList<>();
    if (Files.exists(directory)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
        files.forEach(file -> names.add(file.getFileName().toString()));
      }
    }
    return names;
  }
}
