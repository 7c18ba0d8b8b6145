package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.steps.Step;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** STATUS, for which a runtime does not wait long: it is answered whatever other calls wait for. */
@NetworkNamespaces
class StatusCallTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);

  private final CniClient client;
  private final Path socket;

  StatusCallTest(Namespace node, @TempDir Path directory) {
    client = new CniClient(node, directory);
    socket = directory.resolve("socket");
  }

  @Test
  void isAnsweredWhileAllOtherCallsWait() {
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger underWay = new AtomicInteger();
    List<ClientSession> visits = new ArrayList<>();
    try (LocalCallServer server =
        LocalCallServer.start(
            client.node(),
            socket,
            step -> {
              if (step == Step.DATABASE_OPENED) {
                underWay.incrementAndGet();
                await(goOn);
              }
            })) {
      for (int number = 0; number < CallExecutor.AT_ONCE + 10; number++) {
        ClientSession visit = ClientSession.greeted(server.socket());
        visits.add(visit);
        client.del("pod" + number, null).sendTo(visit);
      }
      Eventually.within(DEADLINE, () -> assertThat(underWay).hasValue(CallExecutor.AT_ONCE));

      AgentAnswer status = client.call("STATUS", "", null, client.config(0)).delegate(socket);

      assertThat(status).isEqualTo(AgentAnswer.SILENCE);
      assertThat(underWay).as("the others wait").hasValue(CallExecutor.AT_ONCE);
      goOn.countDown();
      for (ClientSession visit : visits) {
        assertThat(visit.answer()).isEqualTo(AgentAnswer.SILENCE);
      }
    } finally {
      goOn.countDown();
      visits.forEach(ClientSession::close);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }
}
