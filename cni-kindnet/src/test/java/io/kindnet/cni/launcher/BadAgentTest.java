package io.kindnet.cni.launcher;

import static io.kindnet.cni.launcher.ConnectedLauncher.ANSWERED;
import static io.kindnet.cni.launcher.ConnectedLauncher.DECLINED;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An agent that dies, hangs or talks nonsense: before it has the request, the call is done as if it
 * were not there; afterwards nobody knows what it did, and the caller is to try again.
 */
class BadAgentTest {
  private static final String INPUT = "{\"cniVersion\":\"1.0.0\"}" + " ".repeat(500_000);

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "K",
        "KNET",
        "KNET\0\0\0",
        "KNET\0\0\0\2",
        "KNET\1\0\0\1",
        "HTTP/1.1 400 Bad Request"
      })
  void isNotUsedIfItGreetsInAnotherWay(String greeting) {
    byte[] bytes = greeting.getBytes(ISO_8859_1);

    assertExecutes(LauncherProgram.PATIENT_WATCHED, launched -> launched.send(bytes));
  }

  /** The request is longer than what a socket holds, so that some of it was never sent. */
  @Test
  void isNotUsedIfItHangsUpBeforeItHasTheRequest() {
    assertExecutes(
        LauncherProgram.PATIENT_WATCHED,
        launched -> {
          launched.greet();
          launched.awaitSomething();
        });
  }

  @Test
  void isNotUsedIfItDoesNotGreetInTime() {
    assertExecutes(LauncherProgram.HURRIED_WATCHED, ConnectedLauncher::awaitSomething);
  }

  @Test
  void isNotUsedIfItDoesNotTakeTheRequestInTime() {
    CountDownLatch ended = new CountDownLatch(1);
    ScriptedAgent.Manners busy =
        launched -> {
          launched.greet();
          awaitEnd(ended);
        };
    try (ScriptedAgent agent = ScriptedAgent.at(socket(), busy)) {
      ExecutedProgram jvm = call(LauncherProgram.HASTY_WATCHED).executed();
      ended.countDown();

      assertThat(jvm.input()).isEqualTo(INPUT);
      agent.awaitServed(1);
    }
  }

  static List<Arguments> nonsense() {
    byte[] late = ConnectedLauncher.answerHeader(ANSWERED, 0, 10);
    return List.of(
        Arguments.of("nothing", "it ended the connection", new byte[0]),
        Arguments.of("part of a header", "it ended the connection", new byte[11]),
        Arguments.of("a header only", "it ended the connection", late),
        Arguments.of(
            "text", "what it sent is not an answer", "HTTP/1.1 500\r\n\r\n".getBytes(US_ASCII)),
        Arguments.of(
            "another outcome",
            "what it sent is not an answer",
            ConnectedLauncher.answerHeader(7, 0, 0)),
        Arguments.of(
            "an exit code that is none",
            "what it sent is not an answer",
            ConnectedLauncher.answerHeader(ANSWERED, 256, 0)),
        Arguments.of(
            "too much",
            "what it sent is not an answer",
            ConnectedLauncher.answerHeader(ANSWERED, 0, (8 << 20) + 1)),
        Arguments.of(
            "more than any memory",
            "what it sent is not an answer",
            ConnectedLauncher.answerHeader(DECLINED, 0, -1)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nonsense")
  void failsTheCallIfItAnswersNonsense(String what, String reason, byte[] answer) {
    ScriptedAgent.Manners manners =
        launched -> {
          launched.greet();
          launched.receiveRequest();
          launched.send(answer);
        };
    assertThat(assertFails(LauncherProgram.PATIENT_WATCHED, manners))
        .as(what)
        .endsWith(": " + reason);
  }

  /** Half of a document must not be seen. */
  @Test
  void failsTheCallIfItDiesWithinItsAnswer() {
    ScriptedAgent.Manners manners =
        launched -> {
          launched.greet();
          launched.receiveRequest();
          launched.send(ConnectedLauncher.answerHeader(ANSWERED, 0, 100_000));
          launched.send("{".repeat(99_999).getBytes(US_ASCII));
        };
    assertThat(assertFails(LauncherProgram.PATIENT_WATCHED, manners))
        .endsWith("it ended the connection");
  }

  @Test
  void failsTheCallIfItDoesNotAnswerInTime() {
    ScriptedAgent.Manners manners =
        launched -> {
          launched.greet();
          launched.receiveRequest();
          launched.awaitSomething();
        };
    assertThat(assertFails(LauncherProgram.BRIEF_WATCHED, manners))
        .endsWith(": nothing within 5 s");
  }

  /** These can be done again. */
  @ParameterizedTest
  @ValueSource(strings = {"STATUS", "CHECK", "VERSION"})
  void isNotUsedIfItDiesWithACallThatChangesNothing(String verb) {
    ScriptedAgent.Manners dying =
        launched -> {
          launched.greet();
          launched.receiveRequest();
          launched.send(ConnectedLauncher.answerHeader(ANSWERED, 0, 100));
        };
    assertExecutes(LauncherProgram.PATIENT_WATCHED, dying, verb);
  }

  /** Whatever it does so slowly, a runtime has its answer to STATUS soon. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void isNotUsedIfItIsSlowWithStatus(int stage) {
    ScriptedAgent.Manners slow =
        launched -> {
          if (stage > 0) {
            launched.greet();
          }
          if (stage > 1) {
            launched.receiveRequest();
          }
          launched.awaitEnd();
        };
    assertExecutes(LauncherProgram.URGENT_WATCHED, slow, "STATUS");
  }

  /** Not the agent's fault, but the same promise: a launcher ends. */
  @Test
  void failsTheCallIfNobodyTakesTheAnswer() {
    InstalledLauncher launcher =
        InstalledLauncher.in(directory.resolve("plugin"), LauncherProgram.BRIEF_WATCHED);
    ScriptedAgent.Manners manners =
        launched -> {
          launched.greet();
          launched.receiveRequest();
          launched.answer(ANSWERED, 0, "x".repeat(1 << 20));
        };
    try (ScriptedAgent agent = ScriptedAgent.at(socket(), manners)) {
      // a pipe with an open end at which nobody reads
      String script =
          "PATH=/usr/bin; cd \"$DIRECTORY\"; mkfifo full; exec 4<>full; exec \"$0\" >&4";
      Map<String, String> variables = new HashMap<>(variables("ADD"));
      variables.put("DIRECTORY", directory.toString());
      LauncherResult ran = launcher.runByShell(script, variables, INPUT);

      assertThat(ran).isEqualTo(new LauncherResult(1, "", ""));
      agent.awaitServed(1);
    }
  }

  private static void awaitEnd(CountDownLatch ended) {
    try {
      ended.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void assertExecutes(LauncherProgram program, ScriptedAgent.Manners manners) {
    assertExecutes(program, manners, "ADD");
  }

  private void assertExecutes(LauncherProgram program, ScriptedAgent.Manners manners, String verb) {
    try (ScriptedAgent agent = ScriptedAgent.at(socket(), manners)) {
      assertThat(call(program, verb).executed().input()).isEqualTo(INPUT);
      agent.awaitServed(1);
    }
  }

  /** The message of the answer. */
  private String assertFails(LauncherProgram program, ScriptedAgent.Manners manners) {
    try (ScriptedAgent agent = ScriptedAgent.at(socket(), manners)) {
      String message = call(program).assertError("1.0.0", 11);
      assertThat(message).startsWith("no answer from kindnetd at " + socket() + ", ");
      agent.awaitServed(1);
      return message;
    }
  }

  private LauncherResult call(LauncherProgram program) {
    return call(program, "ADD");
  }

  private LauncherResult call(LauncherProgram program, String verb) {
    return InstalledLauncher.in(directory.resolve("plugin"), program).run(variables(verb), INPUT);
  }

  private Map<String, String> variables(String verb) {
    return Map.of("CNI_COMMAND", verb, "KINDNET_CNI_SOCKET", socket().toString());
  }

  private Path socket() {
    return directory.resolve("cni.sock");
  }
}
