package io.kindnet.kindnetd.cniconfig;

import static io.kindnet.kindnetd.cluster.nodes.ClusterNodeSamples.clusterNode;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import io.kindnet.kindnetd.cniconfig.PluginChain.Plugins;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The agent tells which other configurations the container runtime finds before kindnet's. By
 * notification, as the deadline is below the regular check's.
 */
class EarlierConfigurationsTest {
  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final String OK = "[+]cni-configuration ok\nready\n";

  private final ClusterNodes nodes = new ClusterNodes("self");
  private final Status status = new Status("test");
  private final Path temporary;
  private final Path directory;
  private final CniConfigurationAgent agent;

  EarlierConfigurationsTest(@TempDir Path temporary) {
    this.temporary = temporary;
    this.directory = temporary.resolve("conf-dir");
    this.agent =
        new CniConfigurationAgent(
            nodes,
            new CniConfigurationOptions(new PluginChain(Plugins.KINDNET, false), directory),
            OptionalInt::empty,
            status);
  }

  @BeforeEach
  void start() throws IOException {
    Files.createDirectories(directory);
    nodes.put(clusterNode("self", List.of("10.244.2.0/24"), "192.0.2.1"));
    nodes.markComplete();
  }

  @AfterEach
  void stop() {
    agent.close();
  }

  private void assertReadiness(String text) {
    Eventually.within(DEADLINE, () -> assertThat(MetricsPage.ofReadiness(status)).isEqualTo(text));
  }

  private String only(String... names) {
    return Stream.of(names)
        .map(name -> directory.resolve(name).toString())
        .collect(
            Collectors.joining(
                ", ",
                "[+]cni-configuration ok, but ",
                (names.length == 1 ? " comes" : " come")
                    + " first for the container runtime\nready\n"));
  }

  private Path put(String name) throws IOException {
    return Files.writeString(directory.resolve(name), "{");
  }

  @Test
  void areNamedWhileTheyAreThere() throws IOException {
    try (CapturedLog log = CapturedLog.start()) {
      agent.start();
      assertReadiness(OK);
      assertThat(log.linesWith("container runtime")).isEmpty();

      Path multus = put("00-multus.conf");
      assertReadiness(only("00-multus.conf"));
      Path fresh = Files.writeString(temporary.resolve("fresh"), "{}");
      Path hidden = directory.resolve(".hidden.conflist");
      Files.move(fresh, hidden, StandardCopyOption.ATOMIC_MOVE);
      assertReadiness(only(".hidden.conflist", "00-multus.conf"));
      Files.writeString(multus, "{}");
      Files.delete(hidden);
      assertReadiness(only("00-multus.conf"));
      Files.move(multus, fresh);
      assertReadiness(OK);

      assertThat(log.linesWith("WARN")).as("once for each change").hasSize(3);
      assertThat(log.linesWith("WARN"))
          .allMatch(line -> line.contains(multus + " ") && line.contains("10-kindnet.conflist"));
      Eventually.within(
          DEADLINE,
          () ->
              assertThat(log.linesWith("INFO"))
                  .filteredOn(line -> line.contains("again"))
                  .hasSize(1));
    }
  }

  @Test
  void areNamedFromTheStart() throws IOException {
    put("05-cilium.conflist");
    agent.start();
    assertReadiness(only("05-cilium.conflist"));
  }

  /** Go's {@code sort.Strings} compares bytes, and libcni takes whatever is not a directory. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        ".conf",
        ".99-hidden.conf",
        " .json",
        "(a).conf",
        "0.json",
        "1.conf",
        "10-Kindnet.conflist",
        "10-kindnet.conf",
        "10-kindne\t.conf"
      })
  void areTheFirstByTheirBytes(String name) throws IOException {
    Path file = Files.writeString(directory.resolve(name), "");
    assertThat(EarlierConfigurations.in(directory, CniConfigurationAgent.FILE))
        .containsExactly(file);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10-kindnet.conflist",
        "10-kindnet.conflist.conf",
        "10-kindnet.json",
        "100-crio-bridge.conflist",
        "11-other.conf",
        "1_.conf",
        "_.conf",
        "A.conf",
        "00-multus.CONF",
        "00-multus.conf.bak",
        "00-multus.conf~",
        "00-conf",
        "00.yaml",
        ".10-kindnet.conflist.tmp"
      })
  void areNotThoseThatComeLaterOrAreNoConfigurations(String name) throws IOException {
    put(name);
    assertThat(EarlierConfigurations.in(directory, CniConfigurationAgent.FILE)).isEmpty();
  }

  @Test
  void areNoDirectoriesButAllElse() throws IOException {
    Files.createDirectory(directory.resolve("00-directory.conf"));
    Path toDirectory = Files.createSymbolicLink(directory.resolve("01-link.conf"), temporary);
    Path toNowhere =
        Files.createSymbolicLink(directory.resolve("02-link.conf"), Path.of("nowhere"));
    assertThat(EarlierConfigurations.in(directory, CniConfigurationAgent.FILE))
        .containsExactly(toDirectory, toNowhere);
  }

  /**
   * Whatever the locale of this process is. The third is the only one that is no UTF-8; the second
   * comes before the first where UTF-16 is compared.
   */
  @Test
  void areInTheOrderOfTheirBytesWhereTheyAreNotAscii() throws Exception {
    String script =
        """
        printf 2 >"$(printf '0\\360\\237\\230\\200.conf')"
        printf 1 >"$(printf '0\\357\\274\\221.conf')"
        printf 3 >"$(printf '0\\377.conf')"
        printf later >"$(printf '\\303\\204.conf')"
        """;
    Process shell = new ProcessBuilder("sh", "-c", script).directory(directory.toFile()).start();
    assertThat(shell.waitFor()).isZero();

    List<Path> earlier = EarlierConfigurations.in(directory, CniConfigurationAgent.FILE);

    List<String> contents = new ArrayList<>();
    for (Path path : earlier) {
      contents.add(Files.readString(path));
    }
    assertThat(contents).containsExactly("1", "2", "3");
  }

  @Test
  void cannotForgeLines() throws IOException {
    put("00\nready\n.conf");
    agent.start();
    assertReadiness(only("00?ready?.conf"));
  }
}
