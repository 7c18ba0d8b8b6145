package io.kindnet.kindnetd.callserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.delegation.DelegationProtocol;
import io.kindnet.cni.model.NodeState;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.Fd;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who connects may be anybody, may say nothing, and may take all that there is. */
@NetworkNamespaces
class BadPeersTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final int PEERS = 10_000;
  private static final int BETWEEN_CALLS = 500;

  /** What the agent keeps at once, and some room for what it needs besides. */
  private static final int MOST_FDS = 512 + 200;

  private static final String CONNECT =
      "$s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die \"$!\\n\";"
          + " print 'read ', sysread($s, $b, 8), \"\\n\"";

  private final CniClient client;
  private final Path directory;
  private final Path socket;
  private final Deque<ClientSession> silent = new ArrayDeque<>();
  private final Namespace pod;
  private ServingAgent agent;

  BadPeersTest(Namespace node, Namespace pod, @TempDir Path directory) {
    this.client = new CniClient(node, directory);
    this.pod = pod;
    this.directory = directory;
    this.socket = directory.resolve("socket");
  }

  @BeforeEach
  void start() {
    client.runCold(client.del("nobody", null));
    agent = ServingAgent.start(client.node(), socket);
  }

  @AfterEach
  void stop() throws InterruptedException {
    silent.forEach(ClientSession::close);
    try (ServingAgent ended = agent) {
      assertThat(ended.process().stop("TERM")).as(ended.log()).isZero();
    }
  }

  @Test
  void tenThousandThatSayNothingAreInNobodysWay() throws IOException {
    for (int peer = 1; peer <= PEERS; peer++) {
      connectSilently();
      if (peer % BETWEEN_CALLS == 0) {
        addAndDelete();
        assertThat(fds()).isLessThan(MOST_FDS);
      }
    }
  }

  @Test
  @Tag("users")
  void othersThanRootAreTurnedAway() throws Exception {
    assertThat(connectAsNobody()).isEqualTo("Permission denied\n");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    assertThat(connectAsNobody()).isEqualTo("Permission denied\n");
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));

    assertThat(connectAsNobody()).isEqualTo("read 0\n");

    Eventually.within(
        DEADLINE, () -> assertThat(agent.log()).contains("turned away user 65534, process "));
    addAndDelete();
  }

  @Test
  void thoseWhoTakeAllFdsLoseThem() throws IOException {
    addAndDelete();
    NodeState before = NodeState.of(client.node(), client.database());
    int used = fds();
    limitFds(used + 60);
    Fd[] four =
        client.add("pod", pod, 0).withFiles(15, Collections.nCopies(4, Path.of("/"))).open();
    try {
      for (int peer = 0; peer < 100; peer++) {
        ClientSession visit = ClientSession.to(socket);
        silent.add(visit);
        // of a request that never ends
        trySend(() -> visit.send(new byte[1], four));
        if (peer % 10 == 9) {
          tryToAdd();
          assertThat(NodeState.of(client.node(), client.database())).isEqualTo(before);
        }
      }
    } finally {
      for (Fd fd : four) {
        fd.close();
      }
    }
    // whichever of both was too much
    Eventually.within(
        DEADLINE,
        () -> assertThat(agent.log()).containsPattern("cannot accept calls: |not taken: "));
    silent.forEach(ClientSession::close);

    addAndDelete();
    Eventually.within(DEADLINE, () -> assertThat(fds()).isLessThanOrEqualTo(used + 5));
  }

  @Test
  void whereThereIsNoFdAtAllEverybodyWaits() throws IOException {
    addAndDelete();
    limitFds(1);
    ClientSession waiting = ClientSession.to(socket);
    silent.add(waiting);
    Eventually.within(DEADLINE, () -> assertThat(agent.log()).contains("cannot accept calls: "));

    limitFds(5000);

    addAndDelete();
    assertThat(agent.log().split("cannot accept", -1)).as("said once").hasSize(2);
  }

  private void addAndDelete() {
    client.add("pod", pod, 80).delegate(socket).result();
    assertThat(client.del("pod", pod).delegate(socket)).isEqualTo(AgentAnswer.SILENCE);
  }

  /** ADD as far as the agent is able to, and what a runtime does then. */
  private void tryToAdd() {
    AgentAnswer answer = delegate(client.add("pod", pod, 80));
    if (answer.outcome() == DelegationProtocol.ANSWERED) {
      if (answer.exitCode() != 0) {
        assertThat(answer.error().path("msg").asText()).isNotEmpty();
      }
      assertThat(client.runCold(client.del("pod", pod))).isEqualTo(AgentAnswer.SILENCE);
    }
  }

  /** Without an answer if the agent has not greeted. */
  private AgentAnswer delegate(DelegatedCall call) {
    try (ClientSession visit = ClientSession.to(socket)) {
      if (!visit.awaitGreeting()) {
        return AgentAnswer.NONE;
      }
      return trySend(() -> call.sendTo(visit)) ? visit.answer() : AgentAnswer.NONE;
    }
  }

  /** Whether the agent has not turned its back before. */
  private static boolean trySend(Runnable sending) {
    try {
      sending.run();
      return true;
    } catch (KernelException gone) {
      assertThat(gone.errno()).isIn(Errno.EPIPE, Errno.ECONNRESET);
      return false;
    }
  }

  private void connectSilently() {
    while (true) {
      try {
        silent.add(ClientSession.greeted(socket));
        return;
      } catch (KernelException refused) {
        assertThat(refused.errno()).isIn(Errno.EMFILE, Errno.EAGAIN);
        silent.remove().close();
      }
    }
  }

  private String connectAsNobody() throws IOException {
    Process process =
        new ProcessBuilder(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "perl",
                "-MIO::Socket::UNIX",
                "-e",
                CONNECT,
                socket.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.onExit().join();
    return output;
  }

  private void limitFds(int limit) {
    client
        .node()
        .run("prlimit", "--pid=" + agent.process().pid(), "--nofile=" + limit + ":" + 5000);
  }

  /** How many descriptors the agent has open. */
  private int fds() throws IOException {
    int count = 0;
    Path all = Path.of("/proc", Long.toString(agent.process().pid()), "fd");
    try (DirectoryStream<Path> fds = Files.newDirectoryStream(all)) {
      for (Iterator<Path> each = fds.iterator(); each.hasNext(); each.next()) {
        count++;
      }
    }
    return count;
  }
}
