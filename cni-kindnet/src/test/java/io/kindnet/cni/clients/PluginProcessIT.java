package io.kindnet.cni.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.CommandResult;
import io.kindnet.netlink.testing.Machine;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the program does with its surroundings, before and around the verbs. */
@NetworkNamespaces
class PluginProcessIT {
  private static final String PLUGIN = "/opt/cni/bin/cni-kindnet";
  private static final String CONFIGURATION =
      """
      {"cniVersion":"1.1.0","name":"kindnet","type":"cni-kindnet","ranges":["10.244.1.0/24"]}
      """;
  private static final String VERSIONS =
      """
      {"cniVersion":"1.1.0","supportedVersions":\
      ["0.1.0","0.2.0","0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]}
      """;

  private final Machine node;

  PluginProcessIT(Machine node) {
    this.node = node;
  }

  @BeforeEach
  void install() {
    node.run("mkdir", "-p", "/opt/cni");
    node.run("mount", "--bind", Dist.cni().toString(), "/opt/cni");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/opt/cni/bin/cni-kindnet", "/run/a copy/bin/cni-kindnet"})
  void runsFromWhereverItWasCopied(String plugin) {
    node.run("cp", "-a", Dist.cni().toString(), "/run/a copy");

    assertAnswersVersion(call("", plugin, "CNI_COMMAND=VERSION"));
  }

  @ParameterizedTest
  @CsvSource({
    "/opt/cni/bin/cni-kindnet, /run/one",
    "../opt/cni/bin/cni-kindnet, /run/one",
    "/run/one, '/run/the other'"
  })
  void runsThroughSymbolicLinks(String target, String link) {
    node.run("ln", "-s", PLUGIN, "/run/one");
    node.run("ln", "-sf", target, link);

    assertAnswersVersion(call("", link, "CNI_COMMAND=VERSION"));
  }

  @Test
  void runsInADirectoryThatIsGone() {
    node.run("mkdir", "/run/cwd");

    CommandResult result =
        node.tryRun(
            "sh", "-c", "cd /run/cwd && rmdir /run/cwd && CNI_COMMAND=VERSION exec " + PLUGIN);

    assertThat(result.exit()).isZero();
    assertThat(result.stdout()).isEqualTo(VERSIONS.strip());
  }

  @Test
  void isNotReachedByWhatIsMeantForOtherPrograms() {
    assertAnswersVersion(
        call(
            "",
            PLUGIN,
            "CNI_COMMAND=VERSION",
            "JAVA_TOOL_OPTIONS=-Xmx1m",
            "JDK_JAVA_OPTIONS=-XX:+NoSuchFlag",
            "_JAVA_OPTIONS=-XX:+NoSuchFlag",
            "CLASSPATH=/nonexistent",
            "LD_LIBRARY_PATH=/nonexistent",
            "LC_ALL=xx_XX.nonsense",
            "PATH=/nonexistent"));
  }

  /** Slower, but it runs, and says nothing of it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "rm cni-kindnet.aot",
        "truncate --size=0 cni-kindnet.aot",
        "truncate --size=1M cni-kindnet.aot",
        "printf x >>cni-kindnet.jar"
      })
  void runsWithoutACacheThatFits(String harm, Namespace pod) {
    node.run("cp", "-a", Dist.cni().toString(), "/run/copy");
    node.run("sh", "-c", "cd /run/copy/lib/cni-kindnet && " + harm);
    String[] variables = podVariables("ADD", pod).toArray(String[]::new);

    CommandResult result = call(CONFIGURATION, "/run/copy/bin/cni-kindnet", variables);

    assertThat(result.exit()).as(result.toString()).isZero();
    assertThat(result.stderr()).isEmpty();
    assertThat(result.stdout()).startsWith("{\"cniVersion\":\"1.1.0\"").hasLineCount(1);
  }

  @Test
  void needsNoTemporaryDirectoryAndNoHome(Namespace pod) {
    node.run("mount", "-t", "tmpfs", "-o", "ro", "none", "/tmp");

    assertThat(onPod("ADD", pod, CONFIGURATION, "HOME=/nonexistent", "TMPDIR=/nonexistent").exit())
        .isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"000", "077"})
  void keepsItsStateToRootWhateverTheMask(String mask, Namespace pod) {
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "umask " + mask + "; exec \"$@\"", "sh", "env"));
    command.addAll(podVariables("ADD", pod));
    command.add(PLUGIN);

    assertThat(node.tryRunWithInput(CONFIGURATION, command.toArray(String[]::new)).exit()).isZero();

    assertThat(
            node.run(
                "sh", "-c", "stat -c '%a %U' /var/lib/cni-kindnet /var/lib/cni-kindnet/cni.db"))
        .isEqualTo("700 root\n600 root\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``                                                          | 6",
        "hello                                                       | 6",
        "{                                                           | 6",
        "[]                                                          | 6",
        "{\"cniVersion\":\"9.0.0\",\"name\":\"kindnet\"}             | 1",
        "{\"cniVersion\":\"1.1.0\"}                                  | 7",
        "{\"cniVersion\":\"1.1.0\",\"name\":\"kindnet\",\"ranges\":[\"10.0.0/8\"]} | 7"
      })
  void answersAnUnusableConfigurationWithAnErrorObject(
      String configuration, int code, Namespace pod) {
    assertFails(onPod("ADD", pod, configuration), code);
  }

  @ParameterizedTest
  @CsvSource({
    "<&-, 6, is empty",
    "<&- 2>&-, 6, is empty",
    "</dev/null, 6, is empty",
    "</tmp, 5, cannot read standard input: Is a directory",
    "</dev/zero, 5, cannot read standard input: longer than 8388608 bytes",
  })
  void answersAnErrorWhereStandardInputIsNone(
      String redirection, int code, String reason, Namespace pod) {
    assertThat(assertFails(redirected(redirection, pod), code)).contains(reason);
  }

  /** The client sees by the exit status that there is something to delete. */
  @ParameterizedTest
  @ValueSource(strings = {">&-", ">/dev/full", ">&- 2>&-"})
  void failsWhereNobodyCanReadTheAnswer(String redirection, Namespace pod) {
    assertThat(redirected(redirection, pod)).isEqualTo(new CommandResult(1, "", ""));

    onPod("DEL", pod, CONFIGURATION);
    KindnetNode.assertNoPodIsLeft(node);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2>&-", "2</dev/null", "2>/dev/full"})
  void needsNoStandardError(String redirection, Namespace pod) {
    CommandResult result = redirected(redirection, pod);

    assertThat(result.exit()).as(result.toString()).isZero();
    assertThat(result.stdout()).startsWith("{\"cniVersion\":\"1.1.0\"").hasLineCount(1);
  }

  @Test
  void namesTheVariablesThatAreMissing() {
    assertThat(assertFails(call(CONFIGURATION, PLUGIN, "CNI_COMMAND=ADD"), 4))
        .contains("CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME");
  }

  @Test
  void namesAVerbThatItDoesNotKnow() {
    assertThat(assertFails(call(CONFIGURATION, PLUGIN, "CNI_COMMAND=EXPLODE"), 4))
        .contains("EXPLODE");
  }

  @Test
  void namesANamespaceThatIsNone(Namespace pod) throws IOException {
    List<String> variables = podVariables("ADD", pod);
    variables.set(2, "CNI_NETNS=/etc/passwd");

    assertThat(assertFails(call(CONFIGURATION, PLUGIN, variables.toArray(String[]::new)), 4))
        .contains("/etc/passwd");
    assertThat(KindnetNode.sql(node, "SELECT * FROM pods")).isEmpty();
  }

  @Test
  void namesADatabaseThatCannotBeWritten(Namespace pod) throws IOException {
    Files.createFile(node.path("/var/lib/cni-kindnet"));

    assertThat(assertFails(onPod("ADD", pod, CONFIGURATION), 5)).contains("/var/lib/cni-kindnet");
  }

  @Test
  void collectsNothingUnlessItIsToldWhatIsValid(Namespace pod) {
    onPod("ADD", pod, CONFIGURATION);

    assertThat(assertFails(call(CONFIGURATION, PLUGIN, "CNI_COMMAND=GC"), 7))
        .contains("cni.dev/valid-attachments");
    assertThat(KindnetNode.sql(node, "SELECT count(*) FROM pods")).isEqualTo("1\n");
  }

  /** What libcni sends when it knows of no container: Go's nil. */
  @Test
  void collectsEverythingWhenNothingIsValid(Namespace pod) {
    onPod("ADD", pod, CONFIGURATION);
    String configuration = CONFIGURATION.replace("{", "{\"cni.dev/valid-attachments\":null,");

    assertThat(call(configuration, PLUGIN, "CNI_COMMAND=GC"))
        .isEqualTo(new CommandResult(0, "", ""));

    KindnetNode.assertNoPodIsLeft(node);
  }

  @Test
  void writesToItsLogOnly(Namespace pod) {
    CommandResult result = onPod("ADD", pod, CONFIGURATION, "CNI_LOG_FILE=/run/cni.log");

    assertThat(result.stderr()).isEmpty();
    assertThat(result.stdout()).startsWith("{\"cniVersion\":\"1.1.0\"").hasLineCount(1);
    assertThat(node.run("cat", "/run/cni.log")).contains("ADD", "container-1");
  }

  @Test
  void isACommandForOperatorsWithoutAVerb() {
    assertThat(call("", PLUGIN).stdout()).contains("Usage: cni-kindnet");
    assertThat(node.run(PLUGIN, "--help")).contains("Usage: cni-kindnet", "pods", "ranges");
    assertThat(node.run(PLUGIN, "--version")).contains("cni-kindnet", "1.1.0");
  }

  private static void assertAnswersVersion(CommandResult result) {
    assertThat(result).isEqualTo(new CommandResult(0, VERSIONS.strip(), ""));
  }

  /** ADD, with the redirection that a shell makes for it. */
  private CommandResult redirected(String redirection, Namespace pod) {
    List<String> command = new ArrayList<>(List.of("env", "--ignore-environment"));
    command.addAll(podVariables("ADD", pod));
    command.addAll(List.of("/bin/sh", "-c", PLUGIN + " " + redirection));
    return node.tryRunWithInput(CONFIGURATION, command.toArray(String[]::new));
  }

  /** The message of the error object, which is all that the program printed. */
  private static String assertFails(CommandResult result, int code) {
    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.stderr()).isEmpty();
    assertThat(result.stdout())
        .matches("\\{\"cniVersion\":\"[0-9.]+\",\"code\":" + code + ",\"msg\":\".*\"}\n?");
    return result.stdout();
  }

  private CommandResult onPod(String verb, Namespace pod, String configuration, String... more) {
    List<String> variables = podVariables(verb, pod);
    variables.addAll(List.of(more));
    return call(configuration, PLUGIN, variables.toArray(String[]::new));
  }

  private static List<String> podVariables(String verb, Namespace pod) {
    return new ArrayList<>(
        List.of(
            "CNI_COMMAND=" + verb,
            "CNI_CONTAINERID=container-1",
            "CNI_NETNS=" + pod.path(),
            "CNI_IFNAME=eth0",
            "CNI_PATH=/opt/cni/bin"));
  }

  /** Calls {@code plugin} with these environment variables and no others. */
  private CommandResult call(String input, String plugin, String... variables) {
    List<String> command = new ArrayList<>(List.of("env", "--ignore-environment"));
    command.addAll(List.of(variables));
    command.add(plugin);
    return node.tryRunWithInput(input, command.toArray(String[]::new));
  }
}
