package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Packets that go back and forth all the time between pods of two nodes, and between a pod and the
 * outside: pings of both families, and a TCP connection each, of which not one packet may be lost.
 *
 * @param sender which has all ends of it
 * @param connections the files with what came back by each TCP connection
 */
record Traffic(Pod sender, List<String> connections) {
  private static final List<String> BETWEEN_PODS = List.of("/tmp/tcp4", "/tmp/tcp6");
  private static final String TO_OUTSIDE = "/tmp/outside";

  /** Starts it, from the first node to the last, and waits until all of it flows. */
  static Traffic start(TestCluster cluster) {
    Outside.on(cluster);
    Traffic traffic = startBetweenPods(cluster);
    traffic.sender.run(
        "sh", "-c", begin("numbers | nc %s 7000 >%s 2>&1 &".formatted(Outside.IPV4, TO_OUTSIDE)));
    List<String> all = new ArrayList<>(traffic.connections);
    all.add(TO_OUTSIDE);
    Traffic withOutside = new Traffic(traffic.sender, all);
    withOutside.awaitProgress();
    return withOutside;
  }

  /** As {@link #start}, without what goes outside. */
  static Traffic startBetweenPods(TestCluster cluster) {
    cluster.apply(receiver(cluster.nodes().getLast().name()));
    cluster.apply(Manifests.pod("sender", cluster.nodes().getFirst().name()));
    Pod receiver = cluster.awaitPod("receiver");
    Traffic traffic = new Traffic(cluster.awaitPod("sender"), BETWEEN_PODS);
    traffic.sender.run("sh", "-c", betweenPods(receiver));
    traffic.awaitProgress();
    return traffic;
  }

  /** Waits until every connection has got further. */
  void awaitProgress() {
    for (String connection : connections) {
      int before = echoed(connection).size();
      Eventually.within(
          TestCluster.DEADLINE,
          () -> assertThat(echoed(connection)).as(connection).hasSizeGreaterThan(before + 10));
    }
  }

  /** Waits until nothing comes back by any connection for {@code calm}. */
  void awaitStandstill(Duration calm) {
    for (String connection : connections) {
      long[] since = {System.nanoTime()};
      int[] before = {echoed(connection).size()};
      Eventually.within(
          TestCluster.DEADLINE,
          () -> {
            int now = echoed(connection).size();
            if (now != before[0]) {
              before[0] = now;
              since[0] = System.nanoTime();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - since[0]))
                .as("since the last line of " + connection)
                .isGreaterThan(calm);
          });
    }
  }

  /** Ends it; fails if a ping had no answer, or if a segment had to be sent again. */
  void assertNothingWasLost() {
    awaitProgress();
    Eventually.within(
        TestCluster.DEADLINE, () -> assertThat(lostSegments()).as("segments lost").isZero());
    sender.run("sh", "-c", "kill -INT $(pidof ping) $(pidof ping6)");
    for (String ping : List.of("/tmp/ping4", "/tmp/ping6")) {
      Eventually.within(
          TestCluster.DEADLINE,
          () -> assertThat(sender.run("tail", "-n", "3", ping)).contains(" 0% packet loss"));
    }
    for (String connection : connections) {
      List<String> numbers = echoed(connection);
      for (int i = 0; i < numbers.size(); i++) {
        assertThat(numbers.get(i)).as(connection).isEqualTo(String.valueOf(i + 1));
      }
    }
  }

  private static String receiver(String node) {
    return """
    apiVersion: v1
    kind: Pod
    metadata: {name: receiver}
    spec:
      nodeName: %s
      terminationGracePeriodSeconds: 1
      containers:
      - {name: echo, image: "kindnet/e2e-pod:1", command: [nc, -ll, -p, "7000", -e, cat]}
    """
        .formatted(node);
  }

  private static String betweenPods(Pod receiver) {
    return begin(
        """
        ping -i 0.05 %1$s >/tmp/ping4 2>&1 &
        ping6 -i 0.05 %2$s >/tmp/ping6 2>&1 &
        numbers | nc %1$s 7000 >/tmp/tcp4 2>&1 &
        numbers | nc %2$s 7000 >/tmp/tcp6 2>&1 &
        """
            .formatted(receiver.ipv4(), receiver.ipv6()));
  }

  /** Holds nothing open that {@code kubectl exec} would wait for. */
  private static String begin(String commands) {
    return """
    exec </dev/null >/dev/null 2>&1
    numbers() { i=0; while :; do i=$((i + 1)); echo $i; usleep 20000; done; }
    """
        + commands;
  }

  /** The whole lines that came back. */
  private List<String> echoed(String connection) {
    String text = sender.run("cat", connection);
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
  }

  /**
   * How many segments were sent again that had been lost, of all connections of the pod. One that
   * was only late, on a machine with too much to do, arrives twice, and the receiver says so.
   */
  private long lostSegments() {
    return counter("/proc/net/snmp", "Tcp:", "RetransSegs")
        - counter("/proc/net/netstat", "TcpExt:", "TCPDSACKRecv");
  }

  private long counter(String file, String group, String name) {
    List<String> lines = sender.run("grep", "^" + group, file).lines().toList();
    int column = List.of(lines.getFirst().split(" ", -1)).indexOf(name);
    return Long.parseLong(lines.getLast().split(" ", -1)[column]);
  }
}
