package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.policy.PodPolicies;
import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent that cannot serve calls when it starts, and can later. */
class ServedLaterTest {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private final Status status = new Status("of a test");

  @Test
  void servesAsSoonAsItCan(@TempDir Path directory) throws IOException {
    Path inTheWay = Files.createFile(directory.resolve("kindnet"));
    Path socket = inTheWay.resolve("cni.sock");
    try (CapturedLog log = CapturedLog.start();
        CniCallAgent agent =
            new CniCallAgent(socket, "of a test", PodPolicies.NONE, status, null)) {
      agent.status().begin();
      agent.start();
      Eventually.within(
          DEADLINE,
          () ->
              assertThat(status.problems())
                  .singleElement()
                  .asString()
                  .startsWith("cni-calls the plugin serves calls alone: ")
                  .contains(inTheWay.toString()));
      assertThat(log.linesWith("calls are not served here")).hasSize(1);

      Files.delete(inTheWay);

      Eventually.within(DEADLINE, () -> assertThat(status.problems()).isEmpty());
      assertThat(ClientSession.isServed(socket)).isTrue();
    }
  }
}
