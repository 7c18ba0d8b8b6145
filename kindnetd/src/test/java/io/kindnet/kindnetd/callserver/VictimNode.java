package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.kill.KillPoint;
import io.kindnet.cni.kill.Victim;
import io.kindnet.cni.model.NodeState;
import io.kindnet.cni.steps.Step;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** A node with a pod, whose agents are killed while they serve calls about others. */
final class VictimNode implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final int AT_ONCE = 4;
  private static final int MOST_TIMES = 5;

  private final Namespace neighbour = Namespace.create("neighbour");
  private final List<Namespace> pods = new ArrayList<>();
  private final CniClient client;
  private final PluginLauncher launcher;
  private final Path socket;
  private final boolean cleansByDel;
  private final NodeState before;

  /**
   * A node.
   *
   * @param directory an empty one, for the database and the socket
   * @param cleansByDel whether its runtime calls DEL after a failed call, or GC
   * @param bridge where pods are ports of one, its name
   */
  VictimNode(Path directory, boolean cleansByDel, String bridge) {
    this.cleansByDel = cleansByDel;
    socket = directory.resolve("socket");
    client = new CniClient(Namespace.create("victim"), directory, bridge);
    launcher = new PluginLauncher(client, socket);
    for (int pod = 0; pod < AT_ONCE; pod++) {
      pods.add(Namespace.create("pod" + pod));
    }
    client.runCold(client.add("neighbour", neighbour, 81)).result();
    awaitQuiet();
    before = NodeState.of(client.node(), client.database());
  }

  /** The kernel gives a new link an address a moment later. */
  private void awaitQuiet() {
    Eventually.within(
        DEADLINE,
        () -> {
          NodeState now = NodeState.of(client.node(), client.database());
          List<String> links =
              now.links().lines().filter(link -> !link.contains("LOOPBACK")).toList();
          assertThat(links).isNotEmpty();
          assertThat(now.addresses().lines())
              .filteredOn(address -> address.contains("fe80::"))
              .hasSameSizeAs(links)
              .noneMatch(address -> address.contains("tentative"));
        });
  }

  /** What a call does, which has to succeed. */
  List<Step> stepsOf(String verb) {
    List<Step> steps = new CopyOnWriteArrayList<>();
    try (LocalCallServer server = LocalCallServer.start(client.node(), socket, steps::add)) {
      assertThat(add(0).delegate(server.socket()).exitCode()).isZero();
      if (verb.equals("DEL")) {
        steps.clear();
      }
      List<Step> done = List.copyOf(steps);
      assertThat(del(0).delegate(server.socket())).isEqualTo(AgentAnswer.SILENCE);
      return verb.equals("DEL") ? List.copyOf(steps) : done;
    }
  }

  void killDuringAdd(KillPoint point) {
    Process agent = start(point);
    assertTriesAgain(interrupted(add(0), del(0)));
    Victim.awaitKilled(agent, "the agent");
    cleanUp();
    assertThat(NodeState.of(client.node(), client.database()))
        .as("ADD killed after %s", point)
        .isEqualTo(before);
  }

  void killDuringDel(KillPoint point) {
    client.runCold(add(0)).result();
    Process agent = start(point);
    assertTriesAgain(interrupted(del(0), add(0)));
    Victim.awaitKilled(agent, "the agent");
    cleanUp();
    assertThat(NodeState.of(client.node(), client.database()))
        .as("DEL killed after %s", point)
        .isEqualTo(before);
  }

  /** Until the agent is killed, after so many steps of all calls together. */
  void killDuringManyCalls(int time) throws Exception {
    List<AgentAnswer> adds;
    List<AgentAnswer> dels;
    Process agent = start(new KillPoint(KillPoint.ANY, time));
    do {
      adds = atOnce(this::add);
      dels = succeeded(adds) ? atOnce(this::del) : List.of();
    } while (succeeded(adds) && succeeded(dels));
    Victim.awaitKilled(agent, "the agent");
    for (int pod = 0; pod < AT_ONCE; pod++) {
      if (!dels.isEmpty()) {
        retry(dels.get(pod), del(pod));
      } else if (adds.get(pod).exitCode() != 0) {
        assertThat(client.runCold(del(pod))).isEqualTo(AgentAnswer.SILENCE);
        retry(adds.get(pod), add(pod));
      }
    }
    cleanUp();
    assertThat(NodeState.of(client.node(), client.database()))
        .as("killed after %d steps", time)
        .isEqualTo(before);
  }

  private static boolean succeeded(List<AgentAnswer> answers) {
    return answers.stream().allMatch(answer -> answer.exitCode() == 0);
  }

  private void retry(AgentAnswer answer, DelegatedCall call) {
    if (answer.exitCode() != 0) {
      assertTriesAgain(answer);
      AgentAnswer again = client.runCold(call);
      assertThat(again.exitCode()).as(again.document()).isZero();
    }
  }

  private DelegatedCall add(int pod) {
    return client.add("pod" + pod, pods.get(pod), 8000 + pod);
  }

  private DelegatedCall del(int pod) {
    return client.del("pod" + pod, pods.get(pod));
  }

  private void cleanUp() {
    if (cleansByDel) {
      for (int pod = 0; pod < AT_ONCE; pod++) {
        assertThat(client.runCold(del(pod))).isEqualTo(AgentAnswer.SILENCE);
      }
    } else {
      assertThat(client.runCold(client.gc("neighbour"))).isEqualTo(AgentAnswer.SILENCE);
    }
  }

  private List<AgentAnswer> atOnce(IntFunction<DelegatedCall> call) throws Exception {
    List<Future<AgentAnswer>> futures = new ArrayList<>();
    List<AgentAnswer> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      for (int pod = 0; pod < AT_ONCE; pod++) {
        int number = pod;
        futures.add(threads.submit(() -> launcher.run(call.apply(number))));
      }
    }
    for (Future<AgentAnswer> future : futures) {
      answers.add(future.get());
    }
    return answers;
  }

  /**
   * What {@code call} answers. On a busy machine the agent may greet too late for the launcher,
   * which then does the call by itself: {@code opposite} undoes that.
   */
  private AgentAnswer interrupted(DelegatedCall call, DelegatedCall opposite) {
    AgentAnswer answer = launcher.run(call);
    for (int time = 1; answer.exitCode() == 0 && time < MOST_TIMES; time++) {
      assertThat(client.runCold(opposite).exitCode()).isZero();
      answer = launcher.run(call);
    }
    return answer;
  }

  private static void assertTriesAgain(AgentAnswer answer) {
    assertThat(answer.error().path("code").asInt())
        .as(answer.document())
        .isEqualTo(PluginLauncher.TRY_AGAIN_LATER);
  }

  /** On the plugin's runtime, which starts quickly. */
  private Process start(KillPoint point) {
    List<String> command =
        Victim.command(PluginLauncher.dist(), KilledAgent.class, List.of(socket.toString()), point);
    Process agent = client.node().start(command.toArray(String[]::new));
    Eventually.within(DEADLINE, () -> assertThat(ClientSession.isServed(socket)).isTrue());
    return agent;
  }

  @Override
  public void close() {
    pods.forEach(Namespace::close);
    neighbour.close();
    client.node().close();
  }
}
