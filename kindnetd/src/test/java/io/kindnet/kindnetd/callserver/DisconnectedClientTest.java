package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.model.NodeState;
import io.kindnet.cni.steps.Step;
import io.kindnet.cni.steps.StepListener;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A runtime that gives up kills the launcher, whose call goes on in the agent. */
@NetworkNamespaces
class DisconnectedClientTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);

  private final CniClient client;
  private final Path socket;
  private volatile StepListener listener = step -> {};

  DisconnectedClientTest(Namespace node, @TempDir Path directory) {
    client = new CniClient(node, directory);
    socket = directory.resolve("socket");
  }

  @Test
  void leavesNoPodBehindAtWhateverStepItGoes(Namespace pod, Namespace neighbour) {
    client.runCold(client.add("neighbour", neighbour, 81)).result();
    try (LocalCallServer server = serve()) {
      List<Step> steps = new CopyOnWriteArrayList<>();
      listener = steps::add;
      client.add("pod", pod, 80).delegate(server.socket()).result();
      int length = steps.size();
      client.del("pod", pod).delegate(server.socket());
      NodeState before = NodeState.of(client.node(), client.database());

      assertThat(length).isGreaterThan(8);
      for (int moment = 0; moment < length; moment++) {
        goAfter(moment, pod);

        Eventually.within(
            DEADLINE,
            () -> assertThat(NodeState.of(client.node(), client.database())).isEqualTo(before));
        client.add("pod", pod, 80).delegate(server.socket()).result();
        assertThat(client.del("pod", pod).delegate(server.socket())).isEqualTo(AgentAnswer.SILENCE);
      }
    }
  }

  /** Calls ADD and goes after so many steps more, having waited for all that the call does. */
  private void goAfter(int moment, Namespace pod) {
    List<Step> steps = new CopyOnWriteArrayList<>();
    ClientSession visit = ClientSession.greeted(socket);
    listener =
        step -> {
          if (steps.size() == moment) {
            visit.close();
          }
          steps.add(step);
        };
    try {
      client.add("pod", pod, 80).sendTo(visit);
      // which is the DEL that takes it back
      Eventually.within(DEADLINE, () -> assertThat(steps).contains(Step.ROWS_DELETED));
    } finally {
      visit.close();
    }
  }

  @Test
  void isNotServedAnyMore(Namespace pod) {
    client.runCold(client.del("nobody", null));
    NodeState before = NodeState.of(client.node(), client.database());
    CountDownLatch goOn = new CountDownLatch(1);
    List<Step> steps = new CopyOnWriteArrayList<>();
    List<ClientSession> others = new ArrayList<>();
    try (LocalCallServer server = serve()) {
      listener =
          step -> {
            steps.add(step);
            await(goOn);
          };
      for (int number = 0; number < CallExecutor.AT_ONCE; number++) {
        ClientSession other = ClientSession.greeted(socket);
        others.add(other);
        client.del("busy" + number, null).sendTo(other);
      }
      Eventually.within(DEADLINE, () -> assertThat(steps).hasSize(CallExecutor.AT_ONCE));
      try (ClientSession visit = ClientSession.greeted(socket)) {
        client.add("pod", pod, 80).sendTo(visit);
      }
      goOn.countDown();
      others.forEach(other -> assertThat(other.answer()).isEqualTo(AgentAnswer.SILENCE));

      // who comes later is served later
      assertThat(client.gc().delegate(server.socket())).isEqualTo(AgentAnswer.SILENCE);
      assertThat(steps).doesNotContain(Step.NAMESPACE_OPENED);
    } finally {
      goOn.countDown();
      others.forEach(ClientSession::close);
    }
    assertThat(NodeState.of(client.node(), client.database())).isEqualTo(before);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private LocalCallServer serve() {
    return LocalCallServer.start(client.node(), socket, step -> listener.reached(step));
  }
}
