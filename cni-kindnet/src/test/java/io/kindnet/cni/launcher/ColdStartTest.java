package io.kindnet.cni.launcher;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.libc.AdvisoryLock;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.unix.UnixConnection;
import io.kindnet.netlink.unix.UnixListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where no agent takes the call, the launcher executes the JVM, whatever its surroundings. */
@ParameterizedClass
@EnumSource(names = {"SHIPPED", "PATIENT_WATCHED"})
class ColdStartTest {
  private static final String INPUT = "{\"cniVersion\":\"1.0.0\",\"name\":\"ä\"}\n";
  private static final int SIGPIPE = 13;

  @TempDir private Path directory;

  private final LauncherProgram program;

  private Path socket;
  private InstalledLauncher launcher;

  ColdStartTest(LauncherProgram program) {
    this.program = program;
  }

  @BeforeEach
  void install() {
    socket = directory.resolve("cni.sock");
    launcher = InstalledLauncher.in(directory.resolve("the plugin"), program);
  }

  @Test
  void withoutASocketExecutesTheJvmWithAllThatItGot() {
    ExecutedProgram jvm =
        launcher
            .run(
                Map.ofEntries(
                    entry("KINDNET_CNI_SOCKET", socket.toString()),
                    entry("CNI_COMMAND", "ADD"),
                    entry("CNI_ARGS", "K8S_POD_NAME=a;b=c d"),
                    entry("OTHER", "ä=b")),
                INPUT)
            .executed();

    Path home = launcher.home();
    assertThat(jvm.arguments())
        .containsExactly(
            "-XX:AOTMode=off",
            "@" + home + "/jvm.options",
            "-Djffi.boot.library.path=" + home + "/native",
            "-Dorg.sqlite.lib.path=" + home + "/native",
            "-cp",
            home + "/cni-kindnet.jar",
            "io.kindnet.cni.CniKindnet");
    assertThat(jvm.variables())
        .containsExactlyInAnyOrder(
            "KINDNET_CNI_SOCKET=" + socket,
            "CNI_COMMAND=ADD",
            "CNI_ARGS=K8S_POD_NAME=a;b=c d",
            "OTHER=ä=b",
            "LC_ALL=C.UTF-8");
    assertThat(jvm.input()).isEqualTo(INPUT);
    assertThat(jvm.directory()).isEqualTo(System.getProperty("user.dir"));
  }

  @Test
  void leavesTheJvmSignalsAsTheyWere() {
    assertThat(call().executed().ignored() & 1L << (SIGPIPE - 1)).isZero();
    assertThat(launcher.runByShell("trap '' PIPE; exec \"$0\"", variables(), "").executed())
        .satisfies(jvm -> assertThat(jvm.ignored() & 1L << (SIGPIPE - 1)).isNotZero());
  }

  @Test
  void asksForTheCacheThatIsThere() throws IOException {
    Path cache = Files.createFile(launcher.home().resolve("cni-kindnet.aot"));

    assertThat(call().executed().arguments()).startsWith("-XX:AOTCache=" + cache);
  }

  /** Newer JVMs take the cache only then, and a copy may have been made without times. */
  @Test
  void givesTheJarTheTimeThatItsCacheWasMadeFor() throws IOException {
    Path jar = Files.createFile(launcher.home().resolve("cni-kindnet.jar"));
    FileTime copied = FileTime.from(Instant.parse("2026-07-08T09:10:11Z"));
    Files.setLastModifiedTime(jar, copied);

    call();
    assertThat(Files.getLastModifiedTime(jar)).as("without a cache").isEqualTo(copied);

    Files.createFile(launcher.home().resolve("cni-kindnet.aot"));
    assertThat(call().stderr()).isEmpty();
    assertThat(Files.getLastModifiedTime(jar))
        .isEqualTo(FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
  }

  /** By a name that leads to it wherever the directory lies: the cache of classes has it, too. */
  @Test
  void namesTheJarByAFdOfItsDirectory() throws IOException {
    Files.createFile(launcher.home().resolve("cni-kindnet.jar"));

    ExecutedProgram jvm = call().executed();

    assertThat(jvm.arguments()).containsSequence("-cp", "/proc/self/fd/9/cni-kindnet.jar");
    assertThat(jvm.fds()).contains("9 " + launcher.home());
  }

  /** The descriptor may be the next one that is free, too. */
  @Test
  void namesTheJarWhicheverFdsTheCallerLeftOpen() throws IOException {
    Files.createFile(launcher.home().resolve("cni-kindnet.jar"));
    StringBuilder open = new StringBuilder("exec");
    for (int fd = 3; fd < 9; fd++) {
      open.append(' ').append(fd).append("</dev/null");

      ExecutedProgram jvm =
          launcher.runByShell(open + "; exec \"$0\"", variables(), INPUT).executed();

      assertThat(jvm.arguments()).containsSequence("-cp", "/proc/self/fd/9/cni-kindnet.jar");
      assertThat(jvm.fds()).as("open up to %d", fd).contains("9 " + launcher.home());
    }
  }

  @Test
  void leavesTheCallerItsFds() throws IOException {
    Path jar = Files.createFile(launcher.home().resolve("cni-kindnet.jar"));
    Path other = Files.createFile(directory.resolve("other"));

    ExecutedProgram jvm =
        launcher.runByShell("exec \"$0\" 9<'" + other + "'", variables(), INPUT).executed();

    assertThat(jvm.arguments()).containsSequence("-cp", jar.toString());
    assertThat(jvm.fds()).contains("9 " + other);
  }

  /** So nobody removes this version of the plugin while a call runs from it. */
  @Test
  void keepsItsVersionLockedForAsLongAsTheJvmRuns() throws IOException {
    Path options = Files.createFile(launcher.home().resolve("jvm.options"));
    Files.writeString(
        launcher.java(), "#!/bin/sh\nexec flock --nonblock --exclusive '" + options + "' true\n");

    assertThat(call().exit()).as("somebody else asks for the file").isEqualTo(1);
    try (AdvisoryLock alone = AdvisoryLock.tryExclusive(options.toString())) {
      assertThat(alone).as("afterwards it is free").isNotNull();
      assertThat(call().exit()).as("a call does not wait for a lock").isEqualTo(1);
    }
  }

  @Test
  void executesTheJvmWhereNobodyListens() throws IOException {
    UnixListener.bind(socket, 1).close();

    assertThat(Files.exists(socket)).isTrue();
    assertThat(call().executed().input()).isEqualTo(INPUT);
  }

  @Test
  void executesTheJvmWhereTooManyWaitToBeAccepted() {
    List<UnixConnection> waiting = new ArrayList<>();
    try (UnixListener listener = UnixListener.bind(socket, 1)) {
      assertThat(listener.fd()).isPositive();
      assertThatThrownBy(
              () -> {
                while (true) {
                  waiting.add(UnixConnection.connect(socket));
                }
              })
          .isInstanceOf(KernelException.class)
          .hasMessageContaining("EAGAIN");

      assertThat(call().executed().input()).isEqualTo(INPUT);
    } finally {
      waiting.forEach(UnixConnection::close);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/dev/null", "/", "relative/not/there"})
  void executesTheJvmWhereThePathIsNoSocket(String path) {
    assertThat(call("KINDNET_CNI_SOCKET", path).executed().input()).isEqualTo(INPUT);
  }

  @Test
  void executesTheJvmWhereThePathIsTooLongForASocket() {
    String path = directory + "/" + "long".repeat(50);

    assertThat(call("KINDNET_CNI_SOCKET", path).executed().input()).isEqualTo(INPUT);
  }

  @ParameterizedTest
  @CsvSource({"CNI_NETNS, pods --json", "OTHER,''", "OTHER,pods", "cni_command,''"})
  void handsOverNoCommandOfAnOperator(String variable, String words) {
    String[] arguments = words.isEmpty() ? new String[0] : words.split(" ");
    try (ScriptedAgent agent = ScriptedAgent.at(socket, ConnectedLauncher::greet)) {
      ExecutedProgram jvm =
          launcher
              .run(Map.of("KINDNET_CNI_SOCKET", socket.toString(), variable, "x"), "", arguments)
              .executed();

      assertThat(jvm.arguments())
          .endsWith(arguments)
          .contains("io.kindnet.cni.CniKindnet")
          .hasSize(7 + arguments.length);
      assertThat(agent.served()).isZero();
    }
  }

  @Test
  void passesArgumentsOnAsTheyAre() {
    String[] arguments = {"ranges", "", "a b", "*", "@file", "-XX:+NoSuchFlag", "'\"\\"};

    assertThat(launcher.run(Map.of(), "", arguments).executed().arguments()).endsWith(arguments);
  }

  @Test
  void isNotReachedByWhatIsMeantForOtherPrograms() {
    Map<String, String> hostile =
        Map.ofEntries(
            entry("KINDNET_CNI_SOCKET", socket.toString()),
            entry("CNI_COMMAND", "ADD"),
            entry("JAVA_TOOL_OPTIONS", "-Xmx1m"),
            entry("JDK_JAVA_OPTIONS", "-XX:+NoSuchFlag"),
            entry("_JAVA_OPTIONS", "-XX:+NoSuchFlag"),
            entry("CLASSPATH", "/nonexistent"),
            entry("LC_ALL", "xx_XX.nonsense"),
            entry("LC_ALLOW", "1"));

    ExecutedProgram jvm = launcher.run(hostile, INPUT).executed();

    assertThat(jvm.variables())
        .containsExactlyInAnyOrder(
            "KINDNET_CNI_SOCKET=" + socket, "CNI_COMMAND=ADD", "LC_ALL=C.UTF-8", "LC_ALLOW=1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exec -a nonsense \"$0\"",
        "exec -a '' \"$0\"",
        "cd \"${0%/*}\" && exec ./cni-kindnet",
        "PATH=\"${0%/*}\" && exec cni-kindnet",
        "ln -s \"$0\" one && ln -s one two && exec ./two",
        "ln -s \"${0%/*}\" bin && cd bin && exec ./cni-kindnet",
      })
  void findsItsDirectoryHoweverItIsCalled(String script) throws IOException {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    String there = "PATH=/usr/bin:/bin; cd '" + elsewhere + "'; ";

    ExecutedProgram jvm = launcher.runByShell(there + script, variables(), INPUT).executed();

    assertThat(jvm.arguments()).contains(launcher.home() + "/cni-kindnet.jar");
  }

  @Test
  void leavesADirectoryThatIsGone() {
    String script = "/bin/mkdir \"$OLD\" && cd \"$OLD\" && /bin/rmdir \"$OLD\" && exec \"$0\"";
    Map<String, String> variables = variables("OLD", directory.resolve("old").toString());

    assertThat(launcher.runByShell(script, variables, INPUT).executed().directory()).isEqualTo("/");
  }

  /** What the JVM opens must not get one of these numbers. */
  @ParameterizedTest
  @CsvSource({"0<&-,0 /dev/null", "2>&-,2 /dev/null", "0<&- 2>&-,2 /dev/null"})
  void opensWhatIsClosed(String redirection, String opened) {
    ExecutedProgram jvm =
        launcher.runByShell("exec \"$0\" " + redirection, variables(), INPUT).executed();

    assertThat(jvm.fds()).contains(opened);
  }

  @Test
  void leavesClosedOutputUnusable() {
    LauncherResult ran = launcher.runByShell("exec \"$0\" >&-", variables(), INPUT);

    // the script in the place of the JVM ends with what cat ends with, which cannot write
    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.stderr()).contains("write error");
  }

  @Test
  void answersACallWhoseJvmIsMissing() throws IOException {
    Files.delete(launcher.java());

    assertThat(call().assertError("1.0.0", 5))
        .isEqualTo("cannot execute " + launcher.java() + ": No such file or directory");
  }

  @Test
  void answersACallWhoseJvmCannotBeExecuted() throws IOException {
    launcher = InstalledLauncher.in(directory.resolve("a \"b\"\n\\ä"), program);
    Files.delete(launcher.java());
    Files.createFile(launcher.java());

    assertThat(call().assertError("1.0.0", 5))
        .isEqualTo("cannot execute " + launcher.java() + ": Permission denied");
  }

  @Test
  void tellsAnOperatorWhoseJvmIsMissing() throws IOException {
    Files.delete(launcher.java());

    assertThat(launcher.run(Map.of(), "", "pods"))
        .isEqualTo(
            new LauncherResult(
                1,
                "",
                "cni-kindnet: cannot execute "
                    + launcher.java()
                    + ": No such file or directory\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``                                                              | 1.1.0",
        "{}                                                              | 1.1.0",
        "{\"cniVersion\":\"0.4.0\"}                                      | 0.4.0",
        "{ \"name\" : \"x\" , \"cniVersion\" : \"0.3.1\" }               | 0.3.1",
        "{\"prevResult\":{\"cniVersion\":\"0.3.1\"}}                     | 1.1.0",
        "{\"a\":[{\"cniVersion\":\"0.3.1\"}],\"cniVersion\":\"0.4.0\"}   | 0.4.0",
        "{\"a\":\"\\\"cniVersion\\\":\\\"9\\\"\",\"cniVersion\":\"1.0.0\"} | 1.0.0",
        "{\"name\":\"cniVersion\",\"cniVersion\":\"1.0.0\"}              | 1.0.0",
        "{\"cniVersion\":\"1.0.0                                         | 1.1.0",
        "{\"cniVersion\":1.0                                             | 1.1.0",
        "{\"cniVersion\":\"1.0.0\\\",\\\"x\"}                            | 1.1.0",
        "{\"cniVersion\":\"123456789012345678901234567890\"}             | 1.1.0",
        "{\"cniVersion\":\"\"}                                           | 1.1.0",
      })
  void answersInTheVersionOfTheCall(String input, String version) throws IOException {
    Files.delete(launcher.java());

    launcher.run(variables(), input).assertError(version, 5);
  }

  private LauncherResult call() {
    return launcher.run(variables(), INPUT);
  }

  private LauncherResult call(String name, String value) {
    return launcher.run(variables(name, value), INPUT);
  }

  private Map<String, String> variables() {
    return variables("CNI_IFNAME", "eth0");
  }

  /** Those of a call, and one more. */
  private Map<String, String> variables(String name, String value) {
    if (name.equals("KINDNET_CNI_SOCKET")) {
      return Map.of("CNI_COMMAND", "ADD", name, value);
    }
    return Map.of("CNI_COMMAND", "ADD", "KINDNET_CNI_SOCKET", socket.toString(), name, value);
  }
}
