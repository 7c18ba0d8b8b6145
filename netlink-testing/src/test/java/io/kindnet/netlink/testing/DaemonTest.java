package io.kindnet.netlink.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

@NetworkNamespaces
class DaemonTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int SIGTERM = 128 + 15;

  @Test
  void endsInOrderOnSigterm(Machine node) {
    Daemon daemon =
        node.start(
            "sh",
            "-c",
            "trap 'echo ending; exit 7' TERM; echo started; sleep 1000 >&- 2>&- & wait $!");
    Eventually.within(DEADLINE, () -> assertThat(daemon.output()).isEqualTo("started\n"));

    assertThat(daemon.stop()).isEqualTo(7);

    assertThat(daemon.output()).isEqualTo("started\nending\n");
    assertThat(daemon.isAlive()).isFalse();
  }

  @Test
  void tellsWhichSignalEndedIt(Machine node) {
    assertThat(node.start("sleep", "1000").stop()).isEqualTo(SIGTERM);
  }

  @Test
  void tellsWhatItWroteBeforeItFailed(Machine node) {
    Daemon daemon = node.start("sh", "-c", "echo out; echo err >&2; exit 3");

    assertThat(daemon.awaitExit()).isEqualTo(3);
    assertThat(daemon.output()).isEqualTo("out\nerr\n");
  }

  @Test
  void isKilledOnClose(Machine node) {
    Daemon daemon =
        node.start("sh", "-c", "trap '' TERM; echo started; sleep 1000 >&- 2>&- & wait $!");
    Eventually.within(DEADLINE, () -> assertThat(daemon.output()).isEqualTo("started\n"));

    daemon.close();

    assertThat(daemon.isAlive()).isFalse();
  }
}
