package io.kindnet.netlink.libc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Machine;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * On a machine whose directories {@code /opt/cni}, {@code /var/lib/cni} … are not those of this
 * one.
 */
@NetworkNamespaces
class RootDirectoryTest {
  private Fd root;

  @BeforeEach
  void prepare(Machine machine) {
    machine.run("mkdir", "-p", "/opt/cni/deep/folder", "/var/lib/containerd");
    machine.run("sh", "-c", "echo found > /opt/cni/file; echo deep > /opt/cni/deep/folder/file");
    machine.run("ln", "-s", "/opt/cni", "/var/lib/cni");
    machine.run("ln", "-s", "../../../../../../../opt/cni/file", "/opt/cni/deep/relative");
    machine.run("ln", "-s", "/proc/1/ns/net", "/opt/cni/pod");
    machine.run("ln", "-s", "/var/lib/cni/pod", "/opt/cni/deep/pod");
    machine.run("ln", "-s", "../pod", "/opt/cni/deep/near");
    machine.run("ln", "-s", "/var/lib/cni/loop", "/opt/cni/loop");
    root = FileOpener.openForReading(machine.path("/").toString());
  }

  @AfterEach
  void close() {
    root.close();
  }

  @Test
  void absoluteLinksStayInThatRoot() throws IOException {
    assertThat(read("/opt/cni/file")).isEqualTo("found\n");
    assertThat(read("/var/lib/cni/file")).isEqualTo("found\n");
    assertThat(read("/var/lib/cni/deep/relative")).isEqualTo("found\n");
    assertThat(read("/../../var/lib/cni/deep/../file")).isEqualTo("found\n");
    assertThat(read("opt/cni/file")).isEqualTo("found\n");
  }

  @Test
  void namespacesOfProcessesAreFoundThere(Machine machine) {
    assertThat(namespaceAt("/proc/1/ns/net")).isEqualTo(namespaceOf(machine));
  }

  @Test
  void linksToNamespacesOfProcessesAreFollowed(Machine machine) {
    assertThat(namespaceAt("/opt/cni/pod")).isEqualTo(namespaceOf(machine));
    assertThat(namespaceAt("/var/lib/cni/pod")).isEqualTo(namespaceOf(machine));
    assertThat(namespaceAt("/var/lib/cni/deep/pod")).isEqualTo(namespaceOf(machine));
    assertThat(namespaceAt("/var/lib/cni/deep/near")).isEqualTo(namespaceOf(machine));
  }

  @Test
  void rootsAndDirectoriesOfProcessesAreEntered() throws IOException {
    assertThat(read("/proc/1/root/opt/cni/file")).isEqualTo("found\n");
    assertThat(read("/proc/1/root/var/lib/cni/deep/folder/file")).isEqualTo("deep\n");
    assertThat(read("/proc/1/cwd/opt/cni/deep/relative")).isEqualTo("found\n");
  }

  @Test
  void errorsNameThePath() {
    assertThatThrownBy(() -> read("/var/lib/cni/missing"))
        .isInstanceOf(KernelException.class)
        .hasMessage("open /var/lib/cni/missing: ENOENT (No such file or directory)");
    assertThatThrownBy(() -> read("/proc/1/ns/missing"))
        .hasMessage("open /proc/1/ns/missing: ENOENT (No such file or directory)");
    assertThatThrownBy(() -> read("/proc/1/root/missing/file"))
        .hasMessage("open /proc/1/root/missing/file: ENOENT (No such file or directory)");
    assertThatThrownBy(() -> read("/var/lib/cni/loop"))
        .hasMessage("open /var/lib/cni/loop: ELOOP (Too many levels of symbolic links)");
    assertThatThrownBy(() -> read("")).hasMessageContaining("ENOENT");
  }

  private String read(String path) throws IOException {
    try (Fd file = FileOpener.openInRoot(root, path)) {
      return java.nio.file.Files.readString(Path.of("/proc/self/fd/" + file.number()));
    }
  }

  /** The number of the namespace, as those inside see it. */
  private String namespaceAt(String path) {
    try (NetworkNamespace found = NetworkNamespace.of(FileOpener.openInRoot(root, path), path)) {
      Path current = Path.of("/proc/thread-self/ns/net");
      return found.call(() -> java.nio.file.Files.readSymbolicLink(current).toString());
    }
  }

  private static String namespaceOf(Machine machine) {
    return machine.run("readlink", "/proc/self/ns/net").strip();
  }
}
