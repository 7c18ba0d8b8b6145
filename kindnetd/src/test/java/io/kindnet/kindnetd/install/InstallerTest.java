package io.kindnet.kindnetd.install;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.libc.AdvisoryLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstallerTest {
  private final Path directory;
  private final Path bin;
  private final Path link;

  InstallerTest(@TempDir Path directory) {
    this.directory = directory;
    bin = directory.resolve("opt/cni/bin");
    link = bin.resolve("cni-kindnet");
  }

  @BeforeEach
  void putOtherPluginsThere() throws IOException {
    Files.createDirectories(bin);
    Files.writeString(bin.resolve("portmap"), "other");
  }

  private Installer installer(String version) throws IOException {
    Path source = directory.resolve("source-" + version);
    if (!Files.exists(source)) {
      FakePlugin.make(source, version);
    }
    return new Installer(source, new BinDirectory(bin), version);
  }

  private InstalledVersion install(String version) throws IOException {
    return new BinDirectory(bin).version(installer(version).install().id());
  }

  private List<String> versions() throws IOException {
    try (Stream<Path> entries = Files.list(bin.resolve(".cni-kindnet"))) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  private String call() throws Exception {
    Process process = new ProcessBuilder(link.toString()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said.strip();
  }

  @Test
  void installsAllBesideTheOtherPluginsAndLinksToIt() throws Exception {
    Installation done = installer("one").install();

    String version = ".cni-kindnet/" + done.id();
    assertThat(done.id()).matches("one-[0-9a-f]{12}");
    assertThat(done.toString()).matches("cni-kindnet one-\\w+ installed, 6 files, 0 MiB in all");
    assertThat(call()).isEqualTo("one");
    Map<String, String> contents = FakePlugin.contents(bin);
    assertThat(contents)
        .containsOnlyKeys(
            ".cni-kindnet",
            "cni-kindnet",
            "portmap",
            version,
            version + "/bin",
            version + "/bin/cni-kindnet",
            version + "/files",
            version + "/lib",
            version + "/lib/cni-kindnet",
            version + "/lib/cni-kindnet/LICENSE",
            version + "/lib/cni-kindnet/cni-kindnet.jar",
            version + "/lib/cni-kindnet/jvm.options",
            version + "/lib/cni-kindnet/runtime",
            version + "/lib/cni-kindnet/runtime/bin",
            version + "/lib/cni-kindnet/runtime/bin/java")
        .containsEntry("cni-kindnet", "-> " + version + "/bin/cni-kindnet")
        .containsEntry(version + "/lib", "rwxr-xr-x directory");
    assertThat(contents.get(version + "/bin/cni-kindnet")).startsWith("rwxr-xr-x ");
    assertThat(contents.get(version + "/" + FakePlugin.JAVA)).startsWith("rwxr-xr-x ");
    assertThat(contents.get(version + "/" + FakePlugin.JAR))
        .as("the time is the one that the launcher sees to, whatever the source has")
        .startsWith("rw-r--r-- ")
        .endsWith(" 30000 2026-01-01T00:00:00Z");
    assertThat(contents.get(version + "/lib/cni-kindnet/jvm.options"))
        .endsWith(" " + FakePlugin.MODIFIED);
    assertThat(contents.get(version + "/lib/cni-kindnet/LICENSE")).startsWith("rw-r--r-- ");
  }

  @Test
  void changesNothingWhereItIsInstalledAlready() throws Exception {
    installer("one").install();
    Map<String, String> before = FakePlugin.contents(bin);

    Installation again = installer("one").install();

    assertThat(again.toString()).isEqualTo("cni-kindnet " + again.id() + " is installed already");
    assertThat(FakePlugin.contents(bin)).isEqualTo(before);
  }

  @Test
  void replacesAPlainFileThatIsRunning() throws Exception {
    Files.copy(Path.of("/usr/bin/sleep"), link);
    Process running = new ProcessBuilder(link.toString(), "infinity").start();
    try {
      assertThatThrownBy(() -> Files.writeString(link, "over it"))
          .hasMessageContaining("Text file busy");

      installer("one").install();

      assertThat(call()).isEqualTo("one");
      assertThat(running.isAlive()).isTrue();
    } finally {
      running.destroyForcibly();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rm lib/cni-kindnet/runtime/bin/java",
        "rm -r lib",
        "rm -r lib && echo a file >lib",
        "truncate -s 100 lib/cni-kindnet/cni-kindnet.jar",
        "touch lib/cni-kindnet/cni-kindnet.jar",
        "chmod -x lib/cni-kindnet/runtime/bin/java",
        "cd lib/cni-kindnet && touch -r cni-kindnet.jar t && tr e a <cni-kindnet.jar >n && mv n"
            + " cni-kindnet.jar && touch -r t cni-kindnet.jar && rm t",
        "rm files",
        "echo >>files",
        "rm ../../cni-kindnet",
        "rm ../../cni-kindnet && mkfifo ../../cni-kindnet",
        "ln -sf nowhere ../../cni-kindnet",
        "rm -r ../../cni-kindnet ../../.cni-kindnet",
      })
  void repairsWhatIsDamagedAndLeavesTheRest(String damage) throws Exception {
    InstalledVersion version = install("one");
    Map<String, String> before = FakePlugin.contents(bin);
    Process process =
        new ProcessBuilder("sh", "-c", damage).directory(version.directory().toFile()).start();
    assertThat(process.waitFor()).isZero();

    assertThat(installer("one").install().changedSomething()).isTrue();

    assertThat(installer("one").install().changedSomething()).isFalse();
    assertThat(call()).isEqualTo("one");
    Map<String, String> after = FakePlugin.contents(bin);
    assertThat(after).hasSameSizeAs(before).containsEntry("portmap", before.get("portmap"));
    if (!damage.contains("rm -r")) {
      String program = ".cni-kindnet/" + version.id() + "/bin/cni-kindnet";
      assertThat(after).containsEntry(program, before.get(program));
    }
  }

  @Test
  void clearsAwayAnInstallationThatDidNotEnd() throws Exception {
    installer("one").install();
    Path half = bin.resolve(".cni-kindnet/.new/lib");
    Files.createDirectories(half);
    Files.writeString(half.resolve("part"), "par");
    Files.createSymbolicLink(bin.resolve(".cni-kindnet/.link"), Path.of("nowhere"));
    Files.createDirectories(bin.resolve(".cni-kindnet/.old/bin"));

    InstalledVersion two = install("two");

    assertThat(call()).isEqualTo("two");
    assertThat(versions()).hasSize(2).contains(two.id()).noneMatch(name -> name.startsWith("."));
  }

  @Test
  void severalAtOnceLeaveWholeVersions() throws Exception {
    List<Callable<Installation>> installers = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      installers.add(installer(i % 2 == 0 ? "one" : "two")::install);
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(installers.size())) {
      for (Future<Installation> done : threads.invokeAll(installers)) {
        assertThat(new BinDirectory(bin).version(done.get().id()).damage()).isEmpty();
      }
    }
    assertThat(call()).isIn("one", "two");
    assertThat(new BinDirectory(bin).damage()).isEmpty();
    assertThat(versions()).hasSize(2);
  }

  @Test
  void removesOldVersionsThatNobodyRunsFromButTheLatestTwo() throws Exception {
    InstalledVersion one = install("one");
    InstalledVersion two = install("two");
    assertThat(versions()).containsExactly(one.id(), two.id());
    try (AdvisoryLock call = AdvisoryLock.tryShared(one.lock().toString())) {
      assertThat(call).isNotNull();
      InstalledVersion three = install("three");
      assertThat(versions()).containsExactly(one.id(), three.id(), two.id());
      assertThat(installer("three").removeUnused()).isEmpty();
    }
    assertThat(installer("three").removeUnused()).containsExactly(one.id());
    assertThat(one.directory()).doesNotExist();

    InstalledVersion four = install("four");
    assertThat(versions()).hasSize(2).contains(four.id()).doesNotContain(two.id());
    assertThat(call()).isEqualTo("four");
  }

  @Test
  void aVersionThatIsTakenBackIntoUseCountsAsTheLatest() throws Exception {
    InstalledVersion one = install("one");
    InstalledVersion two = install("two");
    Files.setLastModifiedTime(one.directory(), FileTime.fromMillis(1));

    assertThat(installer("one").install().toString()).endsWith("was there and is in use again");
    install("three");

    assertThat(versions()).contains(one.id()).doesNotContain(two.id());
  }

  @Test
  void namesASourceThatIsNone() throws IOException {
    Path nothing = directory.resolve("nothing");
    assertThatThrownBy(() -> new Installer(nothing, new BinDirectory(bin), "v").install())
        .isInstanceOf(IOException.class)
        .hasMessage(
            nothing
                + " is not the plugin's directory: "
                + nothing
                + ": No such file or directory; --cni-bin-source names it");
    assertThatThrownBy(() -> new Installer(bin, new BinDirectory(bin), "v").install())
        .hasMessageContaining("there is no bin/cni-kindnet");
    assertThat(FakePlugin.contents(bin)).containsOnlyKeys("portmap");
  }

  @Test
  void namesWhatIsInTheWay() throws IOException {
    Files.createDirectory(link);

    assertThatThrownBy(() -> install("one"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(link.toString())
        .hasMessageEndingWith(": Is a directory");
  }

  @Test
  void nobodyElseMayChangeWhatRootRuns() throws Exception {
    install("one");
    try (Stream<Path> paths = Files.walk(bin.resolve(".cni-kindnet"))) {
      assertThat(paths)
          .allSatisfy(path ->
              assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                  .doesNotMatch("....w....|.......w."));
    }
  }
}
