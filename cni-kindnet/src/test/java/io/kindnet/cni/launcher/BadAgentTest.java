package io.kindnet.cni.launcher;

import static io.kindnet.cni.launcher.Launched.ANSWERED;
import static io.kindnet.cni.launcher.Launched.DECLINED;
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

  @TempDir private Path folder;

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

    assertExecutes(Program.PATIENT_WATCHED, launched -> launched.send(bytes));
  }

  /** The request is longer than what a socket holds, so that some of it was never sent. */
  @Test
  void isNotUsedIfItHangsUpBeforeItHasTheRequest() {
    assertExecutes(
        Program.PATIENT_WATCHED,
        launched -> {
          launched.greet();
          launched.awaitSomething();
        });
  }

  @Test
  void isNotUsedIfItDoesNotGreetInTime() {
    assertExecutes(Program.HURRIED_WATCHED, Launched::awaitSomething);
  }

  @Test
  void isNotUsedIfItDoesNotTakeTheRequestInTime() {
    CountDownLatch ended = new CountDownLatch(1);
    Agent.Manners busy =
        launched -> {
          launched.greet();
          awaitEnd(ended);
        };
    try (Agent agent = Agent.at(socket(), busy)) {
      Executed jvm = call(Program.HASTY_WATCHED).executed();
      ended.countDown();

      assertThat(jvm.input()).isEqualTo(INPUT);
      agent.awaitServed(1);
    }
  }

  static List<Arguments> nonsense() {
    byte[] late = Launched.answerHeader(ANSWERED, 0, 10);
    return List.of(
        Arguments.of("nothing", "it ended the connection", new byte[0]),
        Arguments.of("part of a header", "it ended the connection", new byte[11]),
        Arguments.of("a header only", "it ended the connection", late),
        Arguments.of(
            "text", "what it sent is not an answer", "HTTP/1.1 500\r\n\r\n".getBytes(US_ASCII)),
        Arguments.of(
            "another outcome", "what it sent is not an answer", Launched.answerHeader(7, 0, 0)),
        Arguments.of(
            "an exit code that is none",
            "what it sent is not an answer",
            Launched.answerHeader(ANSWERED, 256, 0)),
        Arguments.of(
            "too much",
            "what it sent is not an answer",
            Launched.answerHeader(ANSWERED, 0, (8 << 20) + 1)),
        Arguments.of(
            "more than any memory",
            "what it sent is not an answer",
            Launched.answerHeader(DECLINED, 0, -1)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nonsense")
  void failsTheCallIfItAnswersNonsense(String what, String reason, byte[] answer) {
    Agent.Manners manners =
        launched -> {
          launched.greet();
          launched.receiveRequest();
          launched.send(answer);
        };
    assertThat(assertFails(Program.PATIENT_WATCHED, manners)).as(what).endsWith(": " + reason);
  }

  /** Half of a document must not be seen. */
  @Test
  void failsTheCallIfItDiesWithinItsAnswer() {
    Agent.Manners manners =
        launched -> {
          launched.greet();
          launched.receiveRequest();
          launched.send(Launched.answerHeader(ANSWERED, 0, 100_000));
          launched.send("{".repeat(99_999).getBytes(US_ASCII));
        };
    assertThat(assertFails(Program.PATIENT_WATCHED, manners)).endsWith("it ended the connection");
  }

  @Test
  void failsTheCallIfItDoesNotAnswerInTime() {
    Agent.Manners manners =
        launched -> {
          launched.greet();
          launched.receiveRequest();
          launched.awaitSomething();
        };
    assertThat(assertFails(Program.BRIEF_WATCHED, manners)).endsWith(": nothing within 1 s");
  }

  /** These can be done again. */
  @ParameterizedTest
  @ValueSource(strings = {"STATUS", "CHECK", "VERSION"})
  void isNotUsedIfItDiesWithACallThatChangesNothing(String verb) {
    Agent.Manners dying =
        launched -> {
          launched.greet();
          launched.receiveRequest();
          launched.send(Launched.answerHeader(ANSWERED, 0, 100));
        };
    assertExecutes(Program.PATIENT_WATCHED, dying, verb);
  }

  /** Whatever it does so slowly, a runtime has its answer to STATUS soon. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void isNotUsedIfItIsSlowWithStatus(int stage) {
    Agent.Manners slow =
        launched -> {
          if (stage > 0) {
            launched.greet();
          }
          if (stage > 1) {
            launched.receiveRequest();
          }
          launched.awaitEnd();
        };
    assertExecutes(Program.URGENT_WATCHED, slow, "STATUS");
  }

  /** Not the agent's fault, but the same promise: a launcher ends. */
  @Test
  void failsTheCallIfNobodyTakesTheAnswer() {
    Installed launcher = Installed.in(folder.resolve("plugin"), Program.BRIEF_WATCHED);
    Agent.Manners manners =
        launched -> {
          launched.greet();
          launched.receiveRequest();
          launched.answer(ANSWERED, 0, "x".repeat(1 << 20));
        };
    try (Agent agent = Agent.at(socket(), manners)) {
      // a pipe with an open end at which nobody reads
      String script = "PATH=/usr/bin; cd \"$FOLDER\"; mkfifo full; exec 4<>full; exec \"$0\" >&4";
      Map<String, String> variables = new HashMap<>(variables("ADD"));
      variables.put("FOLDER", folder.toString());
      Ran ran = launcher.runByShell(script, variables, INPUT);

      assertThat(ran).isEqualTo(new Ran(1, "", ""));
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

  private void assertExecutes(Program program, Agent.Manners manners) {
    assertExecutes(program, manners, "ADD");
  }

  private void assertExecutes(Program program, Agent.Manners manners, String verb) {
    try (Agent agent = Agent.at(socket(), manners)) {
      assertThat(call(program, verb).executed().input()).isEqualTo(INPUT);
      agent.awaitServed(1);
    }
  }

  /** The message of the answer. */
  private String assertFails(Program program, Agent.Manners manners) {
    try (Agent agent = Agent.at(socket(), manners)) {
      String message = call(program).assertError("1.0.0", 11);
      assertThat(message).startsWith("no answer from kindnetd at " + socket() + ", ");
      agent.awaitServed(1);
      return message;
    }
  }

  private Ran call(Program program) {
    return call(program, "ADD");
  }

  private Ran call(Program program, String verb) {
    return Installed.in(folder.resolve("plugin"), program).run(variables(verb), INPUT);
  }

  private Map<String, String> variables(String verb) {
    return Map.of("CNI_COMMAND", verb, "KINDNET_CNI_SOCKET", socket().toString());
  }

  private Path socket() {
    return folder.resolve("cni.sock");
  }
}
