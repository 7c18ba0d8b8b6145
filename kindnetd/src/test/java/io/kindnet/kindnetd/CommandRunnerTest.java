package io.kindnet.kindnetd;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.libc.KernelRelease;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user sees of the command line before anything is started. */
class CommandRunnerTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(Map<String, String> environment, String... arguments) {
    return runOn(KernelRelease.running(), environment, arguments);
  }

  private int runOn(KernelRelease release, Map<String, String> environment, String... arguments) {
    return CommandRunner.run(
        new Kindnetd(environment, release),
        List.of(arguments),
        new PrintWriter(out, true),
        new PrintWriter(err, true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-h", "--h", "-help", "--help", "--help=true"})
  void helpNamesTheCommands(String flag) {
    assertThat(run(Map.of(), "-v=2", flag)).isZero();
    assertThat(out.toString()).contains("Commands:", "Lists the connections of this node");
  }

  @Test
  void showsHelp() {
    assertThat(run(Map.of(), "--help")).isZero();
    assertThat(out.toString())
        .contains("--control-plane-endpoint=URL")
        .contains("address of /metrics, /healthz and /readyz (default :19080)");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void showsTheVersion() {
    assertThat(run(Map.of(), "-version")).isZero();
    assertThat(out.toString()).matches("kindnetd \\d+\\.\\d+\\.\\d+\\S*\\R");
  }

  @Test
  void answersAnUnknownFlagWithItsNameAndNotManyLines() {
    assertThat(run(Map.of(), "--masquerade")).isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo(
            """
            kindnetd: flag provided but not defined: -masquerade
            kindnetd --help shows all flags
            """);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void answersABadValueWithFlagValueAndReason() {
    assertThat(run(Map.of(), "--no-masquerade-cidr=10.0.0.0/8,10.0.0.0/33")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith(
            "kindnetd: invalid value \"10.0.0.0/8,10.0.0.0/33\" for flag -no-masquerade-cidr: "
                + "'10.0.0.0/33' is not a CIDR");
  }

  @Test
  void answersABadVariableWithItsNameValueAndReason() {
    assertThat(run(Map.of("POD_SUBNET", "10.244.0.0"))).isEqualTo(2);
    assertThat(err.toString())
        .startsWith(
            "kindnetd: invalid value \"10.244.0.0\" of environment variable POD_SUBNET: "
                + "'10.244.0.0' is not a CIDR");
  }

  @Test
  void refusesToRunInAPodNetwork() {
    assertThat(run(Map.of("HOST_IP", "192.0.2.1", "POD_IP", "10.244.0.5"))).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo(
            "kindnetd: HOST_IP (192.0.2.1) and POD_IP (10.244.0.5) must be equal: kindnetd has to"
                + " run in the host's network (hostNetwork: true)\n");
  }

  @Test
  void installsThePluginAndNothingElse(@TempDir Path directory) throws IOException {
    Path program = directory.resolve("cni/bin/cni-kindnet");
    Files.createDirectories(program.getParent());
    Files.writeString(program, "program");
    // addresses as in a pod that is not on the host's network: none of the agent's business then
    Map<String, String> environment = Map.of("HOST_IP", "192.0.2.1", "POD_IP", "10.244.0.5");
    String source = "--cni-bin-source=" + directory.resolve("cni");

    assertThat(run(environment, "--install-cni-bin=" + directory.resolve("bin"), source)).isZero();

    assertThat(out.toString())
        .matches(directory + "/bin: cni-kindnet \\S+ installed, 2 files, 0 MiB in all\n");
    assertThat(directory.resolve("bin/cni-kindnet")).isSymbolicLink().hasContent("program");
    assertThat(run(environment, "--install-cni-bin=" + program, source)).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo(
            "kindnetd: cannot install the plugin: " + program + "/.cni-kindnet: Not a directory\n");
  }

  @Test
  void saysWhichKernelIsTooOldAndWhichIsNeeded(@TempDir Path directory) {
    KernelRelease release = new KernelRelease("5.4.0-150-generic");
    Map<String, String> environment = Map.of("HOST_IP", "192.0.2.1", "POD_IP", "192.0.2.1");

    assertThat(runOn(release, environment)).isEqualTo(1);
    assertThat(runOn(release, environment, "--install-cni-bin=" + directory.resolve("bin")))
        .isEqualTo(1);

    assertThat(out.toString()).isEmpty();
    assertThat(err.toString().lines())
        .hasSize(2)
        .allMatch(
            "kindnetd: this kernel is Linux 5.4.0-150-generic, kindnet needs Linux 5.10 or newer"
                ::equals);
    assertThat(directory).isEmptyDirectory();
  }
}
