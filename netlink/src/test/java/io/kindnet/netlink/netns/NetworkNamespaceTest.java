package io.kindnet.netlink.netns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.Fd;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NetworkNamespaces
class NetworkNamespaceTest {
  private static final Path LINKS = Path.of("/proc/thread-self/net/dev");

  @Test
  void runsWorkInside(Namespace namespace) {
    namespace.run("ip", "link", "add", "name", "only-here", "type", "bridge");

    try (NetworkNamespace opened = NetworkNamespace.open(namespace.path().toString())) {
      assertThat(opened.call(() -> Files.readString(LINKS))).contains("only-here");
    }
  }

  @Test
  void leavesTheCallersThreadWhereItWas(Namespace namespace) throws IOException {
    String before = Files.readString(Path.of("/proc/thread-self/net/if_inet6"));

    try (NetworkNamespace opened = NetworkNamespace.open(namespace.path().toString())) {
      opened.call(() -> 1);
    }

    assertThat(Files.readString(Path.of("/proc/thread-self/net/if_inet6"))).isEqualTo(before);
  }

  /** Or the namespace would outlive its pod. */
  @Test
  void leavesNoThreadInside(Namespace namespace) throws IOException {
    Path visited;
    try (NetworkNamespace opened = NetworkNamespace.open(namespace.path().toString())) {
      visited = opened.call(NetworkNamespaceTest::current);
      assertThatThrownBy(() -> opened.call(() -> Integer.parseInt("x"))).isNotNull();
    }

    assertThat(namespacesOfThreads()).doesNotContain(visited);
  }

  private static Set<Path> namespacesOfThreads() throws IOException {
    Set<Path> namespaces = new HashSet<>();
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path thread : threads) {
        try {
          namespaces.add(Files.readSymbolicLink(thread.resolve("ns/net")));
        } catch (IOException ended) {
          // meanwhile
        }
      }
    }
    return namespaces;
  }

  @Test
  void startsWorkInside(Namespace namespace, @TempDir Path directory) throws Exception {
    CompletableFuture<Path> seen = new CompletableFuture<>();
    CompletableFuture<RuntimeException> refused = new CompletableFuture<>();
    Path file = Files.createFile(directory.resolve("file"));

    try (NetworkNamespace opened = NetworkNamespace.open(namespace.path().toString());
        NetworkNamespace none = NetworkNamespace.open(file.toString())) {
      opened.start(() -> seen.complete(current()), refused::complete);
      assertThat(seen.get(30, TimeUnit.SECONDS))
          .isEqualTo(opened.call(NetworkNamespaceTest::current));

      none.start(() -> seen.obtrudeValue(file), refused::complete);
      assertThat(refused.get(30, TimeUnit.SECONDS))
          .hasMessage("enter network namespace " + file + ": EINVAL (Invalid argument)");
    }
    assertThat(seen.get()).isNotEqualTo(file);
  }

  private static Path current() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  @Test
  void writesSysctlsInside(Namespace namespace) {
    namespace.run("ip", "link", "add", "name", "br0", "type", "bridge");

    try (NetworkNamespace opened = NetworkNamespace.open(namespace.path().toString())) {
      opened.call(() -> Files.writeString(Path.of("/proc/sys/net/ipv6/conf/br0/accept_dad"), "0"));
    }

    assertThat(namespace.run("cat", "/proc/sys/net/ipv6/conf/br0/accept_dad").strip())
        .isEqualTo("0");
  }

  @Test
  void aPathThatIsNotThere() {
    assertThatThrownBy(() -> NetworkNamespace.open("/run/netns/no-such"))
        .isInstanceOf(KernelException.class)
        .hasMessage("open /run/netns/no-such: ENOENT (No such file or directory)");
  }

  @Test
  void errorsCallItByTheNameThatPeopleKnow(@TempDir Path directory) throws IOException {
    assertThatThrownBy(() -> NetworkNamespace.open("/proc/self/fd/no-such", "/run/netns/a"))
        .hasMessage("open /run/netns/a: ENOENT (No such file or directory)");

    Fd fd = fdOf(Files.createFile(directory.resolve("file")));
    try (NetworkNamespace delegated = NetworkNamespace.of(fd, "/run/netns/a")) {
      assertThatThrownBy(() -> delegated.call(() -> 1))
          .hasMessage("enter network namespace /run/netns/a: EINVAL (Invalid argument)");
    }
    assertThatThrownBy(fd::number).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void knowsTheNamespaceOfTheCallingThread(Namespace namespace, @TempDir Path directory)
      throws IOException {
    try (Fd other = fdOf(namespace.path());
        Fd own = fdOf(Path.of("/proc/self/ns/net"));
        Fd file = fdOf(Files.createFile(directory.resolve("file")));
        NetworkNamespace opened = NetworkNamespace.open(namespace.path().toString())) {
      assertThat(NetworkNamespace.isCurrent(own)).isTrue();
      assertThat(NetworkNamespace.isCurrent(other)).isFalse();
      assertThat(NetworkNamespace.isCurrent(file)).isFalse();
      assertThat(opened.call(() -> NetworkNamespace.isCurrent(other))).isTrue();
      assertThat(opened.call(() -> NetworkNamespace.isCurrent(own))).isFalse();
    }
  }

  @Test
  void needsARightOnlyToGoElsewhere(Namespace namespace, Namespace other) {
    assertThat(visitWithoutRight(namespace, namespace.path())).isEqualTo("inside\n");
    assertThat(visitWithoutRight(namespace, other.path()))
        .isEqualTo(
            "enter network namespace " + other.path() + ": EPERM (Operation not permitted)\n");
  }

  @Test
  void aFileThatIsNoNamespace(@TempDir Path directory) throws IOException {
    Path file = Files.createFile(directory.resolve("file"));

    try (NetworkNamespace opened = NetworkNamespace.open(file.toString())) {
      assertThatThrownBy(() -> opened.call(() -> 1))
          .hasMessage("enter network namespace " + file + ": EINVAL (Invalid argument)")
          .extracting(e -> ((KernelException) e).errno())
          .isEqualTo(Errno.EINVAL);
    }
  }

  @Test
  void anExceptionOfTheWorkComesOut(Namespace namespace) {
    try (NetworkNamespace opened = NetworkNamespace.open(namespace.path().toString())) {
      assertThatThrownBy(() -> opened.call(() -> Integer.parseInt("x")))
          .isInstanceOf(NumberFormatException.class);
      assertThatThrownBy(() -> opened.call(() -> Files.readString(Path.of("/no-such"))))
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(IOException.class);
    }
  }

  /** What {@link NamespaceVisit} says that runs in {@code from} without CAP_SYS_ADMIN. */
  private static String visitWithoutRight(Namespace from, Path to) {
    return from.run(
        "setpriv",
        "--bounding-set=-sys_admin",
        "--inh-caps=-sys_admin",
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-cp",
        System.getProperty("java.class.path"),
        NamespaceVisit.class.getName(),
        to.toString());
  }

  private static Fd fdOf(Path path) {
    return io.kindnet.netlink.libc.FileOpener.openForReading(path.toString());
  }
}
