package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.model.NodeState;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Sqlite3;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent ends and another one begins while a hundred processes of the plugin run. */
@NetworkNamespaces
class RestartIT {
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final int CALLS = 100;

  /** So many are answered before the agent ends. */
  private static final int ANSWERED = 10;

  private final CniClient client;
  private final PluginLauncher launcher;
  private final Path socket;
  private final List<Namespace> pods = new ArrayList<>();
  private ServingAgent agent;

  RestartIT(Namespace node, @TempDir Path directory) {
    client = new CniClient(node, directory);
    socket = directory.resolve("socket");
    launcher = new PluginLauncher(client, socket);
  }

  @BeforeEach
  void prepare() {
    for (int pod = 0; pod < CALLS; pod++) {
      pods.add(Namespace.create("pod" + pod));
    }
    client.runCold(client.add("pod0", pods.getFirst(), 8000)).result();
    client.runCold(client.del("pod0", pods.getFirst())).result();
    agent = ServingAgent.start(client.node(), socket);
  }

  @AfterEach
  void end() {
    agent.close();
    pods.forEach(Namespace::close);
  }

  @Test
  void losesNoCall() throws Exception {
    NodeState before = NodeState.of(client.node(), client.database());

    assertThat(exitCodes(burst("TERM", this::add))).containsOnly(0);
    assertPods();
    List<AgentAnswer> deleted = burst("KILL", this::del);
    for (int pod = 0; pod < CALLS; pod++) {
      if (failed(deleted.get(pod))) {
        assertThat(launcher.run(del(pod))).isEqualTo(AgentAnswer.SILENCE);
      }
    }
    assertThat(NodeState.of(client.node(), client.database())).isEqualTo(before);

    List<AgentAnswer> added = burst("KILL", this::add);
    for (int pod = 0; pod < CALLS; pod++) {
      if (failed(added.get(pod))) {
        assertThat(launcher.run(del(pod))).isEqualTo(AgentAnswer.SILENCE);
        launcher.run(add(pod)).result();
      }
    }
    assertPods();
    assertThat(burst("TERM", this::del)).containsOnly(AgentAnswer.SILENCE);
    assertThat(NodeState.of(client.node(), client.database())).isEqualTo(before);
  }

  /** Whether a call is to be tried again; nothing else may be wrong with it. */
  private static boolean failed(AgentAnswer answer) {
    if (answer.exitCode() == 0) {
      return false;
    }
    assertThat(answer.error().path("code").asInt())
        .as(answer.document())
        .isEqualTo(PluginLauncher.TRY_AGAIN_LATER);
    return true;
  }

  private static Set<Integer> exitCodes(List<AgentAnswer> answers) {
    Set<Integer> codes = new HashSet<>();
    answers.forEach(answer -> codes.add(answer.exitCode()));
    return codes;
  }

  /** All calls at once, and in the middle of them a signal to the agent, and a new agent. */
  private List<AgentAnswer> burst(String signal, IntFunction<DelegatedCall> call) throws Exception {
    AtomicInteger answered = new AtomicInteger();
    List<Future<AgentAnswer>> futures = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(CALLS)) {
      for (int pod = 0; pod < CALLS; pod++) {
        int number = pod;
        futures.add(
            threads.submit(() -> {
              AgentAnswer answer = launcher.run(call.apply(number));
              answered.incrementAndGet();
              return answer;
            }));
      }
      Eventually.within(
          DEADLINE, () -> assertThat(answered.get()).isGreaterThanOrEqualTo(ANSWERED));
      int status = agent.process().stop(signal);
      assertThat(status).as(agent.log()).isEqualTo(signal.equals("TERM") ? 0 : 128 + 9);
      agent = ServingAgent.start(client.node(), socket);
    }
    List<AgentAnswer> answers = new ArrayList<>();
    for (Future<AgentAnswer> future : futures) {
      answers.add(future.get());
    }
    return answers;
  }

  private void assertPods() {
    String query = "SELECT count(*), count(DISTINCT ip_address_v4) FROM pods";
    assertThat(client.node().run(Sqlite3.command(client.database(), query)))
        .isEqualTo(CALLS + "|" + CALLS + "\n");
  }

  private DelegatedCall add(int pod) {
    return client.add("pod" + pod, pods.get(pod), 8000 + pod);
  }

  private DelegatedCall del(int pod) {
    return client.del("pod" + pod, pods.get(pod));
  }
}
