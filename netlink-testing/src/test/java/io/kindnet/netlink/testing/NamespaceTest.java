package io.kindnet.netlink.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class NamespaceTest {
  @Test
  void isEmptyAndApartFromTheHost() {
    try (Namespace namespace = Namespace.create("pod")) {
      assertThat(Files.exists(namespace.path())).isTrue();
      assertThat(namespace.run("ip", "-br", "link")).startsWith("lo ").hasLineCount(1);
    }
  }

  @Test
  void carriesTheProcessTheCountAndTheLabelInItsName() {
    try (Namespace one = Namespace.create("pod");
        Namespace other = Namespace.create("pod")) {
      assertThat(one.name()).matches("kt-" + ProcessHandle.current().pid() + "-\\d+-pod");
      assertThat(other.name()).isNotEqualTo(one.name());
    }
  }

  @Test
  void goesOnCloseTogetherWithWhatRunsInIt() {
    Namespace namespace = Namespace.create("pod");
    Process started = namespace.start("sleep", "1000");
    // One that the fixture did not start itself: a child of a shell that has ended.
    String orphan = namespace.run("sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo $!").strip();

    namespace.close();

    assertThat(Files.exists(namespace.path())).isFalse();
    assertThat(started.isAlive()).isFalse();
    assertThat(ProcessHandle.of(Long.parseLong(orphan)).filter(ProcessHandle::isAlive)).isEmpty();
    namespace.close();
  }

  @Test
  void showsOutputAndStatusOfAFailedCommand() {
    try (Namespace namespace = Namespace.create("pod")) {
      assertThatThrownBy(() -> namespace.run("sh", "-c", "echo out; echo err >&2; exit 3"))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("sh -c echo out; echo err >&2; exit 3")
          .hasMessageContaining("exit status 3\nstandard output:\nout\n\nstandard error:\nerr\n");
      assertThat(namespace.tryRun("sh", "-c", "echo out; exit 3"))
          .isEqualTo(new CommandResult(3, "out\n", ""));
    }
  }

  @Test
  void passesInputOn() {
    try (Namespace namespace = Namespace.create("pod")) {
      assertThat(namespace.runWithInput("some text", "cat")).isEqualTo("some text");
    }
  }

  @Test
  void readsMoreOutputThanAPipeHolds() {
    try (Namespace namespace = Namespace.create("pod")) {
      CommandResult result =
          namespace.tryRun("sh", "-c", "head -c 200000 /dev/zero; head -c 200000 /dev/zero >&2");

      assertThat(result.stdout()).hasSize(200_000);
      assertThat(result.stderr()).hasSize(200_000);
    }
  }

  @Test
  void connectsTwoNamespacesInBothFamiliesAtOnce() {
    try (Namespace left = Namespace.create("left");
        Namespace right = Namespace.create("right")) {
      left.connect("eth0", right, "eth1");
      left.addAddress("eth0", "10.0.0.1/24");
      left.addAddress("eth0", "fd00::1/64");
      right.addAddress("eth1", "10.0.0.2/24");
      right.addAddress("eth1", "fd00::2/64");

      right.run("ping", "-c1", "-W5", "10.0.0.1");
      right.run("ping", "-c1", "-W5", "fd00::1");
    }
  }

  @Test
  void hasALoopback() {
    try (Namespace namespace = Namespace.create("pod")) {
      namespace.loopbackUp();

      assertThat(Ip.json(namespace, "addr", "show", "lo")).contains("127.0.0.1", "\"::1\"");
    }
  }
}
