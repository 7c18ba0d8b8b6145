package io.kindnet.kindnetd.install;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.files.DirectoryWatch;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.libc.AdvisoryLock;
import io.kindnet.netlink.testing.Eventually;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the agent does on its own; by notification, as the deadline is below the regular check's.
 */
class PluginAgentTest {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private final Path directory;
  private final BinDirectory bin;
  private final Status status = new Status("test");

  PluginAgentTest(@TempDir Path directory) {
    this.directory = directory;
    bin = new BinDirectory(directory.resolve("bin"));
  }

  @BeforeEach
  void makeSources() throws IOException {
    for (String version : new String[] {"one", "two", "three"}) {
      FakePlugin.make(directory.resolve(version), version);
    }
  }

  private Installer installer(String version) {
    return new Installer(directory.resolve(version), bin, version);
  }

  private PluginAgent start(String version) {
    return start(version, FileSystems.getDefault()::newWatchService);
  }

  private PluginAgent start(String version, DirectoryWatch.Opener notifications) {
    PluginAgent agent = new PluginAgent(bin, installer(version), notifications, status);
    agent.start();
    return agent;
  }

  private void awaitWhole() {
    Eventually.within(
        DEADLINE,
        () -> {
          assertThat(bin.damage()).isEmpty();
          assertThat(status.problems()).isEmpty();
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rm bin/cni-kindnet",
        "ln -sf /bin/true bin/cni-kindnet",
        "rm bin/cni-kindnet && cp /bin/true bin/cni-kindnet",
        "rm -r bin/.cni-kindnet",
        "rm -r bin/.cni-kindnet/*",
        "rm -r bin/.cni-kindnet/one-*/lib",
        "rm bin/.cni-kindnet/one-*/lib/cni-kindnet/runtime/bin/java",
        "truncate -s 1 bin/.cni-kindnet/one-*/lib/cni-kindnet/cni-kindnet.jar",
        "rm -r bin/* bin/.cni-kindnet",
        "rm -r bin",
      })
  void installsAgainWhatIsRemovedOrDamaged(String damage) throws Exception {
    try (PluginAgent agent = start("one")) {
      awaitWhole();
      for (int time = 0; time < 2; time++) {
        Process process =
            new ProcessBuilder("sh", "-c", damage).directory(directory.toFile()).start();
        // which fails where the agent was quicker and put something back before rm had ended
        process.waitFor();
        awaitWhole();
      }
      assertThat(agent).isNotNull();
    }
  }

  @Test
  void installsAlsoWhereNothingCanBeWatched() {
    DirectoryWatch.Opener exhausted =
        () -> {
          throw new IOException("User limit of inotify instances reached");
        };
    try (PluginAgent agent = start("one", exhausted)) {
      awaitWhole();
      assertThat(agent).isNotNull();
    }
  }

  @Test
  void leavesAWholeVersionOfAnotherAgentAlone() throws IOException {
    installer("two").install();
    Map<String, String> before = FakePlugin.contents(bin.path());
    try (PluginAgent agent = start("one")) {
      awaitWhole();
      assertThat(FakePlugin.contents(bin.path())).isEqualTo(before);
      Files.delete(bin.link());
      awaitWhole();
      assertThat(bin.linked())
          .hasValueSatisfying(linked -> assertThat(linked.id()).startsWith("one-"));
      assertThat(agent).isNotNull();
    }
  }

  @Test
  void removesAnOldVersionOnceNoCallRunsFromIt() throws IOException {
    InstalledVersion one = bin.version(installer("one").install().id());
    AdvisoryLock call = AdvisoryLock.tryShared(one.lock().toString());
    assertThat(call).isNotNull();
    try (call) {
      installer("two").install();
      installer("three").install();
      assertThat(one.directory()).isDirectory();
    }
    try (PluginAgent agent = start("three")) {
      Eventually.within(DEADLINE, () -> assertThat(one.directory()).doesNotExist());
      assertThat(bin.damage()).isEmpty();
      assertThat(agent).isNotNull();
    }
  }

  @Test
  void removesWhatAKilledInstallationLeft() throws IOException {
    installer("one").install();
    Map<String, String> before = FakePlugin.contents(bin.path());
    // a version that was being removed, one that was being copied, and a link that was to be
    // renamed
    FakePlugin.make(bin.unfinished("old"), "old");
    FakePlugin.make(bin.unfinished("new"), "new");
    Files.createSymbolicLink(bin.unfinished("link"), Path.of("nowhere"));
    try (PluginAgent agent = start("one")) {
      awaitWhole();
      Eventually.within(
          DEADLINE, () -> assertThat(FakePlugin.contents(bin.path())).isEqualTo(before));
      assertThat(agent).isNotNull();
    }
  }

  @Test
  void leavesTheFilesOfAnInstallationThatIsUnderWay() throws IOException {
    installer("one").install();
    Path fresh = FakePlugin.make(bin.unfinished("new"), "new");
    try (AdvisoryLock underWay = AdvisoryLock.tryExclusive(bin.versions().toString());
        PluginAgent agent = start("one")) {
      assertThat(underWay).isNotNull();
      awaitWhole();
      assertThat(fresh).as("that the agent does not wait, either").isDirectory();
      assertThat(agent).isNotNull();
    }
  }

  @Test
  void isNotReadyWhereItCannotInstall() throws IOException {
    Files.writeString(bin.path(), "a file in the way");
    try (PluginAgent agent = start("one")) {
      Eventually.within(
          DEADLINE,
          () ->
              assertThat(status.problems())
                  .containsExactly(
                      "cni-plugin cannot install the plugin: "
                          + bin.versions()
                          + ": Not a directory"));
      Files.delete(bin.path());
      awaitWhole();
      assertThat(agent).isNotNull();
    }
  }
}
