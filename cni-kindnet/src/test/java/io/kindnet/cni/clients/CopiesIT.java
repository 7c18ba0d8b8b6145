package io.kindnet.cni.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.CommandResult;
import io.kindnet.netlink.testing.Machine;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Copies of both programs use their caches of classes and say nothing, however they were copied.
 * JVMs before 25.0.5 use them whatever the time of the jar; newer ones do not.
 */
@NetworkNamespaces
class CopiesIT {
  private static final String PLUGIN = "/run/copy/bin/cni-kindnet";
  private static final String PLUGIN_HOME = "/run/copy/lib/cni-kindnet";
  private static final String AGENT_HOME = "/run/copy/lib/kindnetd";

  private final Machine node;

  CopiesIT(Machine node) {
    this.node = node;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cp -a \"$1\" /run/copy",
        "cp -r \"$1\" /run/copy",
        // as archives are packed by build/release, and unpacked with and without times
        "mkdir /run/copy; tar -C \"$1\" --format=gnu -c . | tar -C /run/copy -x",
        "mkdir /run/copy; tar -C \"$1\" --format=gnu -c . | tar -C /run/copy -x --touch",
        "cp -r \"$1\" /run/copy; touch -d 2030-01-01 /run/copy/lib/*/*.jar",
      })
  void usesTheCacheAndSaysNothing(String copy) {
    copy(copy, Dist.cni().toString());
    insistOnTheCache(PLUGIN_HOME);
    assertAnswers(PLUGIN);
    node.run("rm", "-r", "/run/copy");

    copy(copy, Dist.agent().toString());
    insistOnTheCache(AGENT_HOME);
    CommandResult agent = node.tryRun("/run/copy/bin/kindnetd", "--version");
    assertThat(agent.exit()).as(agent.toString()).isZero();
    assertThat(agent.stderr()).isEmpty();
  }

  @Test
  void isInstalledByTheAgentWithWhatItsCacheAsksFor() {
    copy("cp -r \"$1\" /run/copy", Dist.cni().toString());
    insistOnTheCache(PLUGIN_HOME);
    String[] install = {
      Dist.agent().resolve("bin/kindnetd").toString(),
      "--install-cni-bin=/opt/cni/bin",
      "--cni-bin-source=/run/copy"
    };
    node.run(install);
    assertAnswers("/opt/cni/bin/cni-kindnet");
    assertThat(node.run(install)).as("the call changed nothing").contains("is installed already");
  }

  @Test
  void saysNothingWhereTheTimeOfTheJarCannotBeSet() {
    copy("cp -r \"$1\" /run/copy", Dist.cni().toString());
    node.run("mount", "--bind", "/run/copy", "/run/copy");
    node.run("mount", "-o", "remount,bind,ro", "/run/copy");

    assertAnswers(PLUGIN);
  }

  private void copy(String script, String directory) {
    node.run("sh", "-ec", script, "sh", directory);
  }

  /** From then on a JVM that does not use its cache does not start. */
  private void insistOnTheCache(String home) {
    node.run("sh", "-ec", "echo -XX:AOTMode=on >>\"$0\"", home + "/jvm.options");
  }

  private void assertAnswers(String plugin) {
    List<String> command =
        new ArrayList<>(List.of("env", "--ignore-environment", "CNI_COMMAND=VERSION", plugin));
    CommandResult result = node.tryRun(command.toArray(String[]::new));
    assertThat(result.exit()).as(result.toString()).isZero();
    assertThat(result.stdout()).startsWith("{\"cniVersion\":");
    assertThat(result.stderr()).isEmpty();
  }
}
