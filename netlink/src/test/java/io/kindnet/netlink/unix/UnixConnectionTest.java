package io.kindnet.netlink.unix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.Fd;
import io.kindnet.netlink.libc.FileOpener;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.libc.LostFdsException;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixConnectionTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  private final byte[] buffer = new byte[1 << 16];
  private final List<Fd> fds = new ArrayList<>();
  private final List<Fd> opened = new ArrayList<>();
  @TempDir private Path directory;
  private UnixListener listener;
  private UnixConnection client;
  private UnixConnection server;

  @BeforeEach
  void connect() {
    listener = UnixListener.bind(directory.resolve("socket"), 16);
    client = UnixConnection.connect(directory.resolve("socket"));
    server = Objects.requireNonNull(listener.accept());
  }

  @AfterEach
  void close() {
    fds.forEach(Fd::close);
    opened.forEach(Fd::close);
    client.close();
    server.close();
    listener.close();
  }

  @Test
  void bytesArriveBothWays() {
    client.send(bytes("hello"), SOON);
    assertThat(receiveText()).isEqualTo("hello");

    server.send(bytes("and back"), SOON);
    assertThat(client.receive(buffer, 0, buffer.length, fds)).isEqualTo(8);
    assertThat(fds).isEmpty();
  }

  @Test
  void takesNoMoreThanThereIsRoomFor() {
    client.send(bytes("abcdef"), SOON);

    assertThat(server.receive(buffer, 10, 4, fds)).isEqualTo(4);
    assertThat(server.receive(buffer, 14, 100, fds)).isEqualTo(2);
    assertThat(new String(buffer, 10, 6, UTF_8)).isEqualTo("abcdef");
  }

  @Test
  void saysWhereThereIsNothingAndWhereTheEndIs() {
    assertThat(server.receive(buffer, 0, 1, fds)).isEqualTo(UnixConnection.NOTHING);
    client.send(bytes("last"), SOON);
    client.close();

    assertThat(receiveText()).isEqualTo("last");
    assertThat(server.receive(buffer, 0, 1, fds)).isZero();
  }

  @Test
  void theEndIsAnErrorWhereTheOtherSideDidNotReadAll() {
    server.send(bytes("unread"), SOON);
    client.close();

    assertThatThrownBy(() -> server.receive(buffer, 0, 1, fds))
        .isInstanceOf(KernelException.class)
        .hasMessage(
            "receive on "
                + directory.resolve("socket")
                + ": ECONNRESET (Connection reset by peer)");
  }

  @Test
  void fdsComeInOrderWithTheFirstByteAndAreOpenFiles() throws IOException {
    List<String> texts = List.of("0", "1", "2", "3", "4", "5", "6", "7");
    client.send(bytes("request"), open(texts), SOON);
    opened.forEach(Fd::close);

    assertThat(receiveText()).isEqualTo("request");
    assertThat(fds).hasSize(8);
    for (int i = 0; i < 8; i++) {
      assertThat(java.nio.file.Files.readString(proc(fds.get(i)))).isEqualTo(texts.get(i));
    }
  }

  @Test
  @NetworkNamespaces
  void aNamespaceThatCameCanBeEntered(Namespace pod) {
    pod.run("ip", "link", "add", "name", "only-here", "type", "bridge");
    opened.add(FileOpener.openForReading(pod.path().toString()));
    client.send(bytes("x"), opened, SOON);
    receiveText();

    try (NetworkNamespace received = NetworkNamespace.of(fds.get(0), "pod")) {
      Path links = Path.of("/proc/thread-self/net/dev");
      assertThat(received.call(() -> java.nio.file.Files.readString(links))).contains("only-here");
    }
  }

  @Test
  void fdsAreNotHandedDownToChildren() throws Exception {
    client.send(bytes("x"), open(List.of("secret")), SOON);
    receiveText();

    String file = directory.resolve("file-secret").toString();
    Process child = new ProcessBuilder("ls", "-l", "/proc/self/fd").start();
    assertThat(new String(child.getInputStream().readAllBytes(), UTF_8)).doesNotContain(file);
    assertThat(closedOnExec(fds.get(0).number())).isTrue();
    assertThat(closedOnExec(server.fd())).isTrue();
    assertThat(closedOnExec(client.fd())).isTrue();
    assertThat(closedOnExec(listener.fd())).isTrue();
  }

  @Test
  void refusesMoreFdsThanItTakesAndCanStillAnswer() throws IOException {
    List<Fd> nine = open(List.of("0", "1", "2", "3", "4", "5", "6", "7", "8"));
    client.send(bytes("too many"), nine, SOON);

    assertThatThrownBy(() -> server.receive(buffer, 0, buffer.length, fds))
        .isInstanceOf(LostFdsException.class)
        .hasMessageEndingWith("EMSGSIZE (Message too long): more than 8 at once");
    assertThat(fds).isEmpty();
    assertThat(OpenFiles.beginningWith(directory.toString())).isEqualTo(9);

    server.send(bytes("declined"), SOON);
    assertThat(client.receive(buffer, 0, buffer.length, fds)).isEqualTo(8);
  }

  @Test
  void sendsAllToASlowReader() {
    byte[] much = new byte[8 << 20];
    new Random(7).nextBytes(much);
    CompletableFuture<Void> sending =
        CompletableFuture.runAsync(() -> server.send(much, open(List.of("once")), SOON));

    byte[] received = new byte[much.length];
    int length = 0;
    while (length < much.length) {
      assertThat(client.await(SOON)).isTrue();
      int count = Math.min(5000, much.length - length);
      length += Math.max(0, client.receive(received, length, count, fds));
    }
    sending.join();

    assertThat(Arrays.equals(received, much)).isTrue();
    assertThat(client.receive(buffer, 0, 1, fds)).isEqualTo(UnixConnection.NOTHING);
    assertThat(fds).hasSize(1);
  }

  @Test
  void givesUpOnAReaderThatDoesNotRead() {
    byte[] much = new byte[8 << 20];

    assertThatThrownBy(() -> server.send(much, Duration.ofMillis(20)))
        .isInstanceOf(KernelException.class)
        .hasMessageMatching(
            "send 8388608 bytes: ETIMEDOUT \\(Connection timed out\\): after [1-9][0-9]* of them");
  }

  @Test
  void sendingToNobodyIsAnErrorAndNoSignal() {
    client.close();

    assertThatThrownBy(() -> server.send(bytes("x"), SOON))
        .isInstanceOfSatisfying(
            KernelException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPIPE));
  }

  @Test
  void aWaitForRoomEndsWithTheReader() {
    CompletableFuture<Void> sending =
        CompletableFuture.runAsync(() -> server.send(new byte[8 << 20], SOON));
    assertThat(client.await(SOON)).isTrue();
    client.close();

    assertThatThrownBy(sending::join)
        .cause()
        .isInstanceOfSatisfying(
            KernelException.class, e -> assertThat(e.errno()).isIn(Errno.EPIPE, Errno.ECONNRESET));
  }

  @Test
  void knowsTheOtherSide() {
    assertThat(server.peerPid()).isEqualTo((int) ProcessHandle.current().pid());
    assertThat(server.peerUid()).isZero();
    assertThat(client.peerPid()).isEqualTo((int) ProcessHandle.current().pid());
  }

  private List<Fd> open(List<String> texts) {
    for (String text : texts) {
      opened.add(FileOpener.openForReading(write("file-" + text, text)));
    }
    return opened;
  }

  private String write(String name, String text) {
    try {
      return java.nio.file.Files.writeString(directory.resolve(name), text).toString();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private String receiveText() {
    int length = server.receive(buffer, 0, buffer.length, fds);
    return new String(buffer, 0, length, UTF_8);
  }

  private static Path proc(Fd fd) {
    return Path.of("/proc/self/fd/" + fd.number());
  }

  private static boolean closedOnExec(int fd) throws IOException {
    String info = java.nio.file.Files.readString(Path.of("/proc/self/fdinfo/" + fd));
    String flags = info.lines().filter(line -> line.startsWith("flags:")).findAny().orElseThrow();
    return (Integer.parseInt(flags.substring(6).strip(), 8) & 0x80000) != 0;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
