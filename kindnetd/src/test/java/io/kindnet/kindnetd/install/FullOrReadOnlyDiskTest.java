package io.kindnet.kindnetd.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where the host's directory takes nothing more, what was installed before stays, and nothing else.
 */
@NetworkNamespaces
class FullOrReadOnlyDiskTest {
  private final Namespace node;
  private final Path directory;
  private final Path bin;

  FullOrReadOnlyDiskTest(Namespace node, @TempDir Path directory) {
    this.node = node;
    this.directory = directory;
    bin = directory.resolve("bin");
  }

  @BeforeEach
  void mount() throws IOException {
    Files.createDirectory(bin);
    node.run("mount", "-t", "tmpfs", "-o", "size=128k", "none", bin.toString());
  }

  @AfterEach
  void unmount() {
    node.run("umount", bin.toString());
  }

  private Installer installer(String version) throws IOException {
    Path source = directory.resolve("source-" + version);
    if (!Files.exists(source)) {
      FakePlugin.make(source, version);
    }
    return new Installer(source, new BinDirectory(bin), version);
  }

  @Test
  void aFullDiskIsNamedAndKeepsTheOldVersion() throws IOException {
    installer("one").install();
    Map<String, String> before = FakePlugin.contents(bin);
    Installer tooLarge = installer("much too large ");

    assertThatThrownBy(tooLarge::install)
        .isInstanceOf(IOException.class)
        .hasMessageMatching(
            "cannot install the plugin: "
                + bin
                + "/\\.cni-kindnet/\\.new/lib/\\S+: No space left on device");

    assertThat(FakePlugin.contents(bin)).isEqualTo(before);
    assertThat(installer("one").install().changedSomething()).isFalse();
  }

  @Test
  void nothingIsLeftOfAFirstInstallationOnAFullDisk() throws IOException {
    Installer tooLarge = installer("much too large ");

    assertThatThrownBy(tooLarge::install).hasMessageEndingWith(": No space left on device");

    assertThat(FakePlugin.contents(bin)).isEmpty();
  }

  @Test
  void aReadOnlyDirectoryIsNamedUnlessNothingIsToBeDone() throws IOException {
    installer("one").install();
    Map<String, String> before = FakePlugin.contents(bin);
    node.run("mount", "-o", "remount,ro", bin.toString());

    assertThat(installer("one").install().changedSomething()).isFalse();
    assertThatThrownBy(installer("two")::install)
        .isInstanceOf(IOException.class)
        .hasMessage(
            "cannot install the plugin: " + bin + "/.cni-kindnet/.new: Read-only file system");
    assertThat(FakePlugin.contents(bin)).isEqualTo(before);
  }

  @Test
  void aReadOnlyDirectoryWithNothingInItIsNamed() throws IOException {
    node.run("mount", "-o", "remount,ro", bin.toString());

    assertThatThrownBy(installer("one")::install)
        .hasMessage("cannot install the plugin: " + bin + "/.cni-kindnet: Read-only file system");
  }
}
