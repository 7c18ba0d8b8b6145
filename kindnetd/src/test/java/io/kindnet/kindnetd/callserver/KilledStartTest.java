package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.libc.AdvisoryLock;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.unix.UnixListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an agent leaves beside its socket that was killed before it listened: memory, where the
 * directory is a tmpfs. The next start removes it, and nothing of an agent that is starting now.
 */
@NetworkNamespaces
class KilledStartTest {
  private final Namespace node;
  private final Path directory;
  private final Path socket;

  KilledStartTest(Namespace node, @TempDir Path directory) {
    this.node = node;
    this.directory = directory;
    this.socket = directory.resolve("cni.sock");
  }

  @Test
  void isRemovedByTheNextStart() throws Exception {
    for (int time = 0; time < 3; time++) {
      try (PausedWarmUp killed = PausedWarmUp.start(directory)) {
        killed.kill();
      }
      assertThat(names()).as("of the last one only").hasSize(1);
    }
    UnixListener.bind(socket.resolveSibling("cni.sock.4711"), 1).close();
    try (PausedWarmUp other = PausedWarmUp.start(directory)) {
      List<String> left = names();
      try (LocalCallServer agent = LocalCallServer.start(node, socket, step -> {})) {
        assertThat(agent.socket()).exists();
        assertThat(names()).as("of the one that is in its warm-up: %s", left).hasSize(2);
      }
      assertThat(other.goOn()).as("exit status of the other warm-up").isZero();
    }
    assertThat(names()).isEmpty();
  }

  @Test
  void staysWhileAnotherAgentIsInTheMiddleOfSomething() throws Exception {
    UnixListener.bind(socket.resolveSibling("cni.sock.4711"), 1).close();
    try (AdvisoryLock busy = AdvisoryLock.tryShared(directory.toString());
        LocalCallServer agent = LocalCallServer.start(node, socket, step -> {})) {
      assertThat(busy).isNotNull();
      assertThat(agent.socket()).exists();
      assertThat(names()).containsExactly("cni.sock", "cni.sock.4711");
    }
    LocalCallServer.start(node, socket, step -> {}).close();
    assertThat(names()).isEmpty();
  }

  @Test
  void leavesWhatOthersHaveThere() throws Exception {
    Files.writeString(directory.resolve("cni.sock.1"), "not a socket");
    Files.writeString(directory.resolve("warm-up1"), "not a directory");
    Files.createDirectory(directory.resolve("warm-up-of-a-car"));
    UnixListener.bind(directory.resolve("cni.sock.peer"), 1).close();
    List<String> before = names();

    LocalCallServer.start(node, socket, step -> {}).close();

    assertThat(names()).isEqualTo(before);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
