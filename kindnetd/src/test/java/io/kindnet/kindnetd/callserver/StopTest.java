package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.steps.Step;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent that ends finishes what it has begun, and leaves the rest untouched to the plugin. */
@NetworkNamespaces
class StopTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final int CALLS = CallExecutor.AT_ONCE + 96;

  private final CniClient client;
  private final Path socket;

  StopTest(Namespace node, @TempDir Path directory) {
    client = new CniClient(node, directory);
    socket = directory.resolve("socket");
  }

  @Test
  void finishesWhatIsUnderWayAndLeavesTheRest(Namespace pod) throws Exception {
    client.runCold(client.del("nobody", null));
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger underWay = new AtomicInteger();
    List<ClientSession> visits = new ArrayList<>();
    LocalCallServer server =
        LocalCallServer.start(
            client.node(),
            socket,
            step -> {
              if (step == Step.DATABASE_OPENED) {
                underWay.incrementAndGet();
                await(goOn);
              }
            });
    Thread end = new Thread(server::close);
    try (ClientSession silent = ClientSession.greeted(socket);
        ClientSession half = ClientSession.greeted(socket)) {
      half.send(Arrays.copyOf(client.del("half", null).bytes(), 40));
      for (int number = 0; number < CALLS; number++) {
        ClientSession visit = ClientSession.greeted(socket);
        visits.add(visit);
        (number == 0 ? client.add("pod", pod, 0) : client.del("pod" + number, null)).sendTo(visit);
        if (number == 0) {
          awaitNumber(underWay, 1);
        }
      }

      awaitNumber(underWay, CallExecutor.AT_ONCE);

      end.start();
      Eventually.within(DEADLINE, () -> assertThat(socket).doesNotExist());
      assertThat(silent.answer().reason()).isNotEmpty();
      assertThat(half.answer().reason()).isNotEmpty();
      assertThat(end.isAlive()).as("it waits for those under way").isTrue();
      goOn.countDown();

      visits.getFirst().answer().result();
      int served = 1;
      for (ClientSession visit : visits.subList(1, CALLS)) {
        AgentAnswer answer = visit.answer();
        if (!answer.equals(AgentAnswer.SILENCE)) {
          assertThat(answer.reason()).isNotEmpty();
        } else {
          served++;
        }
      }
      assertThat(served).isEqualTo(underWay.get()).isEqualTo(CallExecutor.AT_ONCE);
    } finally {
      goOn.countDown();
      visits.forEach(ClientSession::close);
      end.join();
    }
    assertThat(client.runCold(client.del("pod", pod))).isEqualTo(AgentAnswer.SILENCE);
  }

  private static void awaitNumber(AtomicInteger number, int expected) {
    Eventually.within(DEADLINE, () -> assertThat(number).hasValue(expected));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }
}
