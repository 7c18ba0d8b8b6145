package io.kindnet.kindnetd.podlinks;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.Kernel;
import io.kindnet.cni.MonitoredDatabase;
import io.kindnet.cni.Reply;
import io.kindnet.cni.store.BusyTimeout;
import io.kindnet.cni.store.ExecutionMode;
import io.kindnet.kindnetd.PluginOnNode;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pods come and go, others damage what they have, and the agent restores it, all at once. */
@NetworkNamespaces
class PodLinkRacesTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final int WORKERS = 3;
  private static final int ROUNDS = 15;

  private final Namespace host;
  private final PluginOnNode plugin;
  private final Path directory;
  private final Status status = new Status("of a test");
  private final RouteSocket socket;
  private final KernelWatch<RouteEvents.Batch> events;
  private final PodLinkAgent agent;
  private final Map<String, String> results = new ConcurrentHashMap<>();

  PodLinkRacesTest(Namespace host, @TempDir Path directory) {
    this.host = host;
    plugin = new PluginOnNode(host);
    this.directory = directory;
    try (NetworkNamespace handle = NetworkNamespace.open(host.path().toString())) {
      socket = RouteSocket.open(handle);
    }
    events = KernelWatch.ofRoutes(socket);
    MonitoredDatabase database =
        new MonitoredDatabase(directory.resolve("cni.db"), new BusyTimeout(30_000), Kernel::open);
    agent = new PodLinkAgent(database, socket, events, Duration.ofDays(1), status);
  }

  @AfterEach
  void stop() {
    agent.close();
    events.close();
    socket.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "cni0"})
  void leaveAllPodsThatAreLeftWell(String bridge) throws Exception {
    host.loopbackUp();
    plugin.run(agent::start);
    List<Namespace> pods = new ArrayList<>();
    for (int i = 0; i < WORKERS; i++) {
      pods.add(Namespace.create("pod" + i));
    }
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(WORKERS + 1)) {
      Future<?> others = threads.submit(() -> damage(done));
      List<Future<?>> workers = new ArrayList<>();
      for (int i = 0; i < WORKERS; i++) {
        int worker = i;
        workers.add(threads.submit(() -> addAndDelete(worker, pods.get(worker), bridge)));
      }
      for (Future<?> each : workers) {
        each.get();
      }
      done.set(true);
      others.get();

      Eventually.within(
          DEADLINE,
          () -> {
            for (int i = 0; i < WORKERS; i++) {
              assertThat(call("CHECK", i, pods.get(i), bridge)).isEqualTo(new Reply(0, ""));
            }
          });
      assertThat(host.run("ip", "-br", "link").lines().filter(line -> line.startsWith("knet")))
          .hasSize(WORKERS);
    } finally {
      done.set(true);
      pods.forEach(Namespace::close);
    }
  }

  /** Again and again; the last one stays. */
  private void addAndDelete(int worker, Namespace pod, String bridge) {
    boolean isLast = false;
    for (int round = 1; !isLast; round++) {
      // an interface that is set down in the middle is an error of the ADD, which then leaves none
      Reply added = call("ADD", worker, pod, bridge);
      assertThat(added.document()).doesNotContain("EEXIST", "bug in the plugin");
      isLast = round >= ROUNDS && added.exitCode() == 0;
      if (isLast) {
        results.put("pod" + worker, added.document());
      } else {
        assertThat(call("DEL", worker, pod, bridge)).isEqualTo(new Reply(0, ""));
      }
    }
  }

  private void damage(AtomicBoolean done) {
    Random random = new Random(7);
    while (!done.get()) {
      List<String> links =
          host.run("ip", "-br", "link")
              .lines()
              .filter(line -> line.startsWith("knet") || line.startsWith("cni0"))
              .map(line -> line.split("[@ ]")[0])
              .toList();
      if (links.isEmpty()) {
        continue;
      }
      String link = links.get(random.nextInt(links.size()));
      switch (random.nextInt(5)) {
        case 0 -> host.tryRun("ip", "addr", "flush", "dev", link);
        case 1 -> host.tryRun("ip", "route", "flush", "proto", "107");
        case 2 -> host.tryRun("ip", "link", "set", link, "down");
        case 3 -> host.tryRun("ip", "link", "set", link, "nomaster");
        default -> host.tryRun("ip", "-6", "route", "flush", "dev", link);
      }
    }
  }

  private Reply call(String verb, int worker, Namespace pod, String bridge) {
    String name = "pod" + worker;
    String previous = results.get(name);
    String more = verb.equals("CHECK") && previous != null ? ", \"prevResult\": " + previous : "";
    String config =
        """
        {"cniVersion": "1.1.0", "name": "kindnet", "type": "cni-kindnet", "dataDir": "%s",
         "ranges": ["10.244.1.0/24", "fd00:1::/64"], "bridge": "%s"%s}
        """
            .formatted(directory, bridge, more);
    ExecutionMode mode = worker % 2 == 0 ? ExecutionMode.WARM : ExecutionMode.COLD;
    return plugin.call(mode, verb, name, pod, "eth0", config);
  }
}
