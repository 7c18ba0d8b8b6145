package io.kindnet.cni.launcher;

import static io.kindnet.cni.launcher.ConnectedLauncher.ANSWERED;
import static io.kindnet.cni.launcher.ConnectedLauncher.DECLINED;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.launcher.LauncherRequest.OpenFile;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an agent gets, and what the caller sees of its answer. */
@NetworkNamespaces
@ParameterizedClass
@EnumSource(names = {"PATIENT", "PATIENT_WATCHED"})
class DelegationTest {
  private static final String INPUT = "{\"cniVersion\":\"1.0.0\",\"name\":\"ä\"}\n";
  private static final int MOST_INPUT = 1 << 20;

  @TempDir private Path directory;

  private final LauncherProgram program;

  private final BlockingQueue<LauncherRequest> requests = new LinkedBlockingQueue<>();
  private Path socket;
  private InstalledLauncher launcher;

  DelegationTest(LauncherProgram program) {
    this.program = program;
  }

  @BeforeEach
  void install() {
    socket = directory.resolve("cni.sock");
    launcher = InstalledLauncher.in(directory.resolve("plugin"), program);
  }

  @Test
  void handsOverVariablesInputAndFds(Namespace pod) throws IOException {
    Path log = directory.resolve("cni.log");
    Map<String, String> variables =
        Map.of(
            "CNI_COMMAND", "ADD",
            "CNI_NETNS", pod.path().toString(),
            "CNI_LOG_FILE", log.toString(),
            "CNI_ARGS", "",
            "CNI", "no",
            "PATH", "/bin",
            "XCNI_IFNAME", "eth0");

    LauncherRequest request = delegated(variables, INPUT);

    assertThat(request.kind()).isEqualTo(1);
    assertThat(request.environment())
        .containsExactlyInAnyOrder(
            "CNI_COMMAND=ADD", "CNI_NETNS=" + pod.path(), "CNI_LOG_FILE=" + log, "CNI_ARGS=");
    assertThat(request.input()).isEqualTo(INPUT);
    assertThat(request.bits())
        .isEqualTo(
            LauncherRequest.OWN_NETWORK
                | LauncherRequest.ROOT
                | LauncherRequest.POD_NETWORK
                | LauncherRequest.LOG);
    assertThat(request.files().stream().map(OpenFile::file))
        .containsExactly(
            ConnectedLauncher.fileKey(Path.of("/proc/self/ns/net")),
            ConnectedLauncher.fileKey(Path.of("/")),
            ConnectedLauncher.fileKey(pod.path()),
            ConnectedLauncher.fileKey(log));
    assertThat(request.files().getLast().flags())
        .matches(flags -> (flags & 3) == OpenFile.O_WRONLY, "for writing only")
        .matches(flags -> (flags & OpenFile.O_APPEND) != 0, "for appending");
    assertThat(Files.getPosixFilePermissions(log))
        .isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
  }

  /** Opening a FIFO would wait for whoever is at its other end. */
  @ParameterizedTest
  @ValueSource(strings = {"not/there", "", "fifo"})
  void handsOverWithoutWhatCannotBeOpened(String name) {
    Path fifo = directory.resolve("fifo");
    assertThat(launcher.runByShell("/usr/bin/mkfifo " + fifo, Map.of(), "").exit()).isZero();
    String path = name.isEmpty() ? "" : directory.resolve(name).toString();

    LauncherRequest log = delegated(Map.of("CNI_COMMAND", "ADD", "CNI_LOG_FILE", path), "");
    LauncherRequest network = delegated(Map.of("CNI_COMMAND", "ADD", "CNI_NETNS", path), "");

    assertThat(log.bits()).isEqualTo(LauncherRequest.OWN_NETWORK | LauncherRequest.ROOT);
    assertThat(log.files()).hasSize(2);
    // what a FIFO is good for as a namespace is for the agent to say
    int opened = name.equals("fifo") ? LauncherRequest.POD_NETWORK : 0;
    assertThat(network.bits())
        .isEqualTo(LauncherRequest.OWN_NETWORK | LauncherRequest.ROOT | opened);
    assertThat(network.environment()).contains("CNI_NETNS=" + path);
  }

  /** As the JVM takes it for a call: who forgot the verb is to be told so. */
  @Test
  void handsOverACallWithoutAVerb() {
    assertThat(delegated(Map.of("CNI_CONTAINERID", "x"), "").environment())
        .containsExactly("CNI_CONTAINERID=x");
  }

  @ParameterizedTest
  @CsvSource({"0,{\"ips\":[]}", "1,{\"code\":7}", "255,'ä €\n'", "0,''", "3,''"})
  void answersAsTheAgentDoes(int exit, String document) {
    try (ScriptedAgent agent = answering(ANSWERED, exit, document)) {
      call(INPUT).assertAnswered(exit, document);
      agent.awaitServed(1);
    }
  }

  @Test
  void handsOverWhatIsLargeAndAnswersSo() throws InterruptedException {
    String document = "x".repeat(8 << 20);
    String input = "{" + " ".repeat(MOST_INPUT - 2) + "}";
    try (ScriptedAgent agent = answering(ANSWERED, 0, document)) {
      LauncherResult ran = call(input);

      assertThat(ran.exit()).isZero();
      assertThat(ran.stdout()).hasSize(document.length()).isEqualTo(document);
      assertThat(requests.take().input()).isEqualTo(input);
      agent.awaitServed(1);
    }
  }

  /** With arguments, too, as the JVM does. */
  @Test
  void handsOverACallWithArguments() {
    try (ScriptedAgent agent = answering(ANSWERED, 0, "{}")) {
      launcher.run(variables(), INPUT, "--help").assertAnswered(0, "{}");
      agent.awaitServed(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 70_000, MOST_INPUT})
  void executesTheJvmWithTheWholeInputWhereTheAgentDeclines(int length) {
    String input = text(length);
    try (ScriptedAgent agent = answering(DECLINED, 0, "another database")) {
      assertExecutes(call(input), input);
      agent.awaitServed(1);
    }
  }

  /** 9 MiB are more than the plugin takes: it gets enough of it to see that. */
  @ParameterizedTest
  @CsvSource({"1048577,1048577", "3000000,3000000", "9437184,8388609"})
  void executesTheJvmWhereTheInputIsTooLong(int length, int given) {
    String input = text(length);
    try (ScriptedAgent agent = ScriptedAgent.at(socket, DelegationTest::greetAndWait)) {
      assertExecutes(call(input), input.substring(0, given));
      agent.awaitServed(1);
    }
  }

  @Test
  void executesTheJvmWhereTheEnvironmentIsTooLong() {
    Map<String, String> variables = variables();
    for (String name : List.of("CNI_A", "CNI_B", "CNI_C")) {
      variables.put(name, "x".repeat(100_000));
    }
    try (ScriptedAgent agent = ScriptedAgent.at(socket, DelegationTest::greetAndWait)) {
      assertExecutes(launcher.run(variables, INPUT), INPUT);
      agent.awaitServed(1);
    }
  }

  /** Byte by byte, as a slow agent would. */
  @Test
  void putsTogetherWhatComesInPieces() {
    ScriptedAgent.Manners slow =
        launched -> {
          sendEach(launched, ConnectedLauncher.GREETING);
          launched.receiveRequest();
          sendEach(launched, ConnectedLauncher.answerHeader(ANSWERED, 1, 2));
          sendEach(launched, new byte[] {'{', '}'});
        };
    try (ScriptedAgent agent = ScriptedAgent.at(socket, slow)) {
      call(INPUT).assertAnswered(1, "{}");
      agent.awaitServed(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {">&-", ">/dev/full", ">&- 2>&-", "> >(exit)"})
  void failsWhereNobodyCanReadTheAnswer(String redirection) {
    // the reader of the last one is gone before the launcher begins
    String script = "{ wait $!; exec \"$0\"; } " + redirection;
    try (ScriptedAgent agent = answering(ANSWERED, 0, "{}")) {
      assertThat(launcher.runByShell(script, variables(), INPUT))
          .isEqualTo(new LauncherResult(1, "", ""));
      agent.awaitServed(1);
    }
  }

  @Test
  void handsOverAClosedInputAsAnEmptyOne() throws InterruptedException {
    try (ScriptedAgent agent = answering(ANSWERED, 0, "{}")) {
      launcher.runByShell("exec \"$0\" <&-", variables(), INPUT).assertAnswered(0, "{}");
      assertThat(requests.take().input()).isEmpty();
      agent.awaitServed(1);
    }
  }

  @Test
  void saysThatInputCannotBeRead() {
    try (ScriptedAgent agent = ScriptedAgent.at(socket, ConnectedLauncher::awaitSomething)) {
      LauncherResult ran = launcher.runByShell("exec \"$0\" </tmp", variables(), INPUT);

      assertThat(ran.assertError(5)).isEqualTo("cannot read standard input: Is a directory");
      agent.awaitServed(1);
    }
  }

  private static void sendEach(ConnectedLauncher launched, byte[] bytes) {
    for (byte each : bytes) {
      launched.send(new byte[] {each});
    }
  }

  private static void greetAndWait(ConnectedLauncher launched) {
    launched.greet();
    launched.awaitSomething();
  }

  /** Nothing of what was meant for the agent is open for the JVM. */
  private static void assertExecutes(LauncherResult ran, String input) {
    ExecutedProgram jvm = ran.executed();
    assertThat(jvm.input()).hasSize(input.length()).isEqualTo(input);
    assertThat(jvm.arguments()).endsWith("io.kindnet.cni.CniKindnet");
    assertThat(jvm.fds())
        .noneMatch(open -> open.contains(" socket:") || open.contains(" net:"))
        .noneMatch(open -> open.endsWith(" /"));
  }

  private static String text(int length) {
    return "0123456789abcde\n".repeat(length / 16 + 1).substring(0, length);
  }

  private ScriptedAgent answering(int outcome, int exit, String document) {
    return ScriptedAgent.at(
        socket,
        launched -> {
          launched.greet();
          requests.add(launched.receiveRequest());
          launched.answer(outcome, exit, document);
        });
  }

  private LauncherRequest delegated(Map<String, String> variables, String input) {
    Map<String, String> all = new HashMap<>(variables);
    all.put("KINDNET_CNI_SOCKET", socket.toString());
    try (ScriptedAgent agent = answering(ANSWERED, 0, "{}")) {
      launcher.run(all, input).assertAnswered(0, "{}");
      agent.awaitServed(1);
      Files.delete(socket);
      return requests.remove();
    } catch (IOException gone) {
      throw new AssertionError(gone);
    }
  }

  private LauncherResult call(String input) {
    return launcher.run(variables(), input);
  }

  private Map<String, String> variables() {
    return new HashMap<>(
        Map.of("CNI_COMMAND", "ADD", "KINDNET_CNI_SOCKET", socket.toString(), "OTHER", "x"));
  }
}
