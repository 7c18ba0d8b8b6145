package io.kindnet.kindnetd.cniconfig;

import static io.kindnet.kindnetd.cluster.nodes.ClusterNodeSamples.clusterNode;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.cluster.nodes.ClusterNode;
import io.kindnet.kindnetd.cluster.nodes.ClusterNode.LeftOutCidr;
import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import io.kindnet.kindnetd.cniconfig.PluginChain.Plugins;
import io.kindnet.kindnetd.files.DirectoryWatch;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CniConfigurationAgentTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String IPV4 =
      Resources.text(CniConfigurationTest.class, "kindnet-ipv4.conflist");

  private final ClusterNodes nodes = new ClusterNodes("self");
  private final Status status = new Status("test");
  private final Path directory;
  private final Path file;
  private final CniConfigurationAgent agent;

  CniConfigurationAgentTest(@TempDir Path parent) {
    directory = parent.resolve("net.d");
    file = directory.resolve("10-kindnet.conflist");
    agent =
        new CniConfigurationAgent(
            nodes,
            new CniConfigurationOptions(new PluginChain(Plugins.KINDNET, false), directory),
            OptionalInt::empty,
            status);
  }

  @BeforeEach
  void start() {
    agent.start();
  }

  @AfterEach
  void stop() {
    agent.close();
  }

  private void assertFile(String text) {
    Eventually.within(DEADLINE, () -> assertThat(file).hasContent(text));
  }

  @Test
  void writesOnceItsNodeHasPodCidrsAndAnAddress() throws IOException {
    nodes.markComplete();
    nodes.put(clusterNode("other", List.of("10.244.9.0/24"), "192.0.2.9"));
    nodes.put(clusterNode("self", List.of()));
    nodes.put(clusterNode("self", List.of(), "192.0.2.1"));
    nodes.put(clusterNode("self", List.of("10.244.1.0/24")));
    nodes.put(clusterNode("self", List.of("10.244.2.0/24"), "192.0.2.1"));
    assertFile(IPV4);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r--r--");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).as("nothing else stays").containsExactly(file);
    }
  }

  @Test
  void writesAlsoWhereTheDirectoryCannotBeWatched() {
    DirectoryWatch.Opener exhausted =
        () -> {
          throw new IOException("User limit of inotify instances reached");
        };
    Path other = directory.resolveSibling("other.d");
    PluginChain chain = new PluginChain(Plugins.KINDNET, false);
    try (CniConfigurationAgent unwatched =
        new CniConfigurationAgent(
            nodes,
            new CniConfigurationOptions(chain, other),
            exhausted,
            OptionalInt::empty,
            new Status("test"))) {
      unwatched.start();
      nodes.put(clusterNode("self", List.of("10.244.2.0/24"), "192.0.2.1"));
      nodes.markComplete();

      Path written = other.resolve(CniConfigurationAgent.FILE);
      Eventually.within(DEADLINE, () -> assertThat(written).hasContent(IPV4));
    }
  }

  @Test
  void saysWhyNoneOfItsPodCidrsCanBeUsed() {
    ClusterNode self = clusterNode("self", List.of(), "192.0.2.1");
    nodes.put(
        self.withPodCidrs(
            List.of(),
            List.of(
                new LeftOutCidr("10.9.0.0/33", "it is not a CIDR"),
                new LeftOutCidr("fe80::/64", "it overlaps fe80::/10 (link-local)"))));
    nodes.markComplete();
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(status.problems())
                .containsExactly(
                    "cni-configuration Node self has no pod CIDR that can be used: 10.9.0.0/33 is"
                        + " left out: it is not a CIDR; fe80::/64 is left out: it overlaps"
                        + " fe80::/10 (link-local)"));
    assertThat(file).doesNotExist();
  }

  @Test
  void followsChangesOfThePodCidrs() {
    nodes.put(clusterNode("self", List.of("10.244.1.0/24"), "192.0.2.1"));
    nodes.markComplete();
    Eventually.within(DEADLINE, () -> assertThat(file).content().contains("10.244.1.0/24"));
    nodes.put(clusterNode("self", List.of("10.244.2.0/24"), "192.0.2.1"));
    assertFile(IPV4);
  }

  @Test
  void leavesAFileAloneThatIsRight() throws IOException {
    Files.createDirectories(directory);
    Files.writeString(file, IPV4);
    FileTime old = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
    Files.setLastModifiedTime(file, old);
    nodes.put(clusterNode("self", List.of("10.244.2.0/24"), "192.0.2.1"));
    nodes.markComplete();
    Eventually.within(DEADLINE, () -> assertThat(status.problems()).isEmpty());
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(old);
    assertThat(file).hasContent(IPV4);
  }

  @Test
  void repairsWhatOthersRemoveOrEdit() throws IOException {
    nodes.put(clusterNode("self", List.of("10.244.2.0/24"), "192.0.2.1"));
    nodes.markComplete();
    assertFile(IPV4);
    Files.delete(file);
    assertFile(IPV4);
    Files.writeString(file, "{}");
    assertFile(IPV4);
  }

  @Test
  void removesItsFileWhenDisabledAndNoOther() throws IOException {
    nodes.put(clusterNode("self", List.of("10.244.2.0/24"), "192.0.2.1"));
    nodes.markComplete();
    assertFile(IPV4);
    agent.close();
    agent.removeState();
    assertThat(file).doesNotExist();
    agent.removeState();
    Files.writeString(file, "{\"name\": \"somebody\"}");
    agent.removeState();
    assertThat(file).exists();
  }
}
