package io.kindnet.netlink.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

@NetworkNamespaces
class MachineTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @Test
  void hasALoopbackOnlyAndItsOwnProcesses(Machine node) {
    assertThat(node.run("ip", "-br", "address")).startsWith("lo ").contains("127.0.0.1/8", "::1");
    assertThat(node.run("ip", "-br", "link")).hasLineCount(1);
    assertThat(node.run("sh", "-c", "echo /proc/[0-9]*").split(" ")).hasSizeLessThan(5);
  }

  @ParameterizedTest
  @FieldSource("io.kindnet.netlink.testing.Machine#OWN_PATHS")
  void hasPathsToItself(String path, Machine node, Machine other) {
    boolean before = Files.exists(Path.of(path));

    assertThat(node.tryRun("ls", path).exit()).isNotZero();
    node.run("mkdir", "-p", path);
    node.run("sh", "-c", "echo here >" + path + "/file");

    assertThat(node.path(path + "/file")).hasContent("here");
    assertThat(other.tryRun("ls", path).exit()).isNotZero();
    assertThat(Files.exists(Path.of(path))).isEqualTo(before);
    assertThat(Files.exists(Path.of(path, "file"))).isFalse();
  }

  @Test
  void letsAProgramBeTalkedTo(Machine node) throws IOException {
    Process program =
        node.talkTo(
            "sh", "-c", "while read word; do echo $word in $(ip -br link | cut -c 1-2); done");

    Writer words = program.outputWriter(UTF_8);
    BufferedReader answers = program.inputReader(UTF_8);
    for (String word : List.of("one", "two")) {
      words.write(word + "\n");
      words.flush();
      assertThat(answers.readLine()).isEqualTo(word + " in lo");
    }
    node.close();

    assertThat(answers.readLine()).isNull();
  }

  @Test
  void seesEverythingElseAsItIsOutside(Machine node) throws IOException {
    assertThat(node.run("cat", "/etc/passwd")).isEqualTo(Files.readString(Path.of("/etc/passwd")));
    assertThat(node.run("readlink", "-f", "/etc/mtab", "/var/lib/../lib").lines())
        .hasSize(2)
        .last()
        .isEqualTo("/var/lib");
  }

  @Test
  void seesNamespacesThatAreMadeLater(Machine node) {
    try (Namespace pod = Namespace.create("pod")) {
      assertThat(node.run("nsenter", "--net=" + pod.path(), "ip", "-br", "link"))
          .startsWith("lo ")
          .contains("DOWN");
    }
  }

  @Test
  void givesProgramsInputAndTellsHowTheyEnded(Machine node) {
    assertThat(node.tryRunWithInput("some text", "sh", "-c", "cat; pwd; exit 3"))
        .isEqualTo(new CommandResult(3, "some text/\n", ""));
    assertThatThrownBy(() -> node.run("sh", "-c", "echo out; echo err >&2; exit 3"))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("sh -c echo out; echo err >&2; exit 3\nexit status 3\n")
        .hasMessageContaining("out\n")
        .hasMessageContaining("err\n");
  }

  @Test
  void takesEverythingAlongThatRunsOnIt() {
    Machine node = Machine.create("node");
    Daemon daemon = node.start("sleep", "1000");
    // As a container is: in a network namespace of its own, and its parent is gone.
    ProcessHandle container = orphan(node, "unshare --net");

    node.close();

    assertThat(daemon.awaitExit()).isNotZero();
    assertThat(container.isAlive()).isFalse();
    assertThat(node.namespace().path()).doesNotExist();
    node.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "KILL"})
  void goesTogetherWithTheProcessThatMadeIt(String signal) throws Exception {
    Process owner =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Owner.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      String[] answer = owner.inputReader().readLine().split(" ");
      ProcessHandle running = ProcessHandle.of(Long.parseLong(answer[1])).orElseThrow();

      Commands.run(List.of("kill", "-" + signal, String.valueOf(owner.pid())));

      assertThat(owner.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      Eventually.within(DEADLINE, () -> assertThat(running.isAlive()).isFalse());
      // The name is a file, and a process that is killed cannot remove it.
      assertThat(Files.exists(Path.of("/run/netns", answer[0]))).isEqualTo(signal.equals("KILL"));
      Commands.tryRun(List.of("ip", "netns", "del", answer[0]), "");
    } finally {
      owner.destroyForcibly();
    }
  }

  /** Makes a machine with a program on it, tells about both, and waits. */
  static final class Owner {
    private Owner() {}

    public static void main(String[] arguments) throws IOException {
      Machine machine = Machine.create("owned");
      System.out.println(machine.name() + " " + orphan(machine, "env").pid());
      System.in.read();
    }
  }

  /** Starts a program through {@code command}, without a parent, and finds it from outside. */
  private static ProcessHandle orphan(Machine machine, String command) {
    String seconds = String.valueOf(1_000_000_000 + System.nanoTime() % 1_000_000_000);
    machine.run("sh", "-c", command + " sleep " + seconds + " >/dev/null 2>&1 &");
    AtomicReference<ProcessHandle> found = new AtomicReference<>();
    Eventually.within(
        DEADLINE,
        () ->
            found.set(
                ProcessHandle.allProcesses()
                    .filter(process ->
                        process.info().commandLine().orElse("").endsWith("sleep " + seconds))
                    .filter(process -> process.info().command().orElse("").endsWith("sleep"))
                    .findFirst()
                    .orElseThrow()));
    return Objects.requireNonNull(found.get());
  }
}
