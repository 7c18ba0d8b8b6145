package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Node;
import io.kindnet.netlink.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a node's condition Ready is, from a moment on: the API server tells each change. A kubelet
 * asks the container runtime every five seconds whether the network is ready, containerd 2.x asks
 * the plugin each time, and a runtime that has not answered for thirty seconds counts as broken.
 */
final class ReadyWatch implements AutoCloseable {
  /** Long enough to see that an answer is an error, and that there is none. */
  private static final Duration LONG = Duration.ofSeconds(45);

  private static final String READY = ".status.conditions[?(@.type==\"Ready\")]";

  private final Node node;
  private final Path output;
  private final Process kubectl;

  private ReadyWatch(TestCluster cluster, Node node) throws IOException {
    this.node = node;
    output = Files.createTempFile("kindnet-e2e", ".ready");
    kubectl =
        cluster
            .kubectl()
            .start(
                output,
                "get",
                "node",
                node.name(),
                "--watch",
                "-o",
                "jsonpath={%1$s.status} {%1$s.message}{\"\\n\"}".formatted(READY));
  }

  /** Starts to watch a node that is ready. */
  static ReadyWatch start(TestCluster cluster, Node node) {
    try {
      ReadyWatch watch = new ReadyWatch(cluster, node);
      Eventually.within(TestCluster.DEADLINE, () -> assertThat(watch.told()).isNotEmpty());
      return watch;
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot watch " + node.name(), failed);
    }
  }

  /** Waits for a while, and fails unless the node was ready all the time. */
  void assertNodeStaysReady() {
    long begin = System.nanoTime();
    Eventually.within(
        LONG.multipliedBy(2),
        () -> assertThat(System.nanoTime() - begin).isGreaterThan(LONG.toNanos()));
    assertThat(told().stream().filter(condition -> !condition.startsWith("True ")).distinct())
        .as("what else the condition Ready of " + node.name() + " was")
        .isEmpty();
    assertThat(kubectl.isAlive()).as("whether the watch of " + node.name() + " goes on").isTrue();
  }

  private List<String> told() {
    try {
      return Files.readAllLines(output);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  @Override
  public void close() {
    kubectl.destroy();
    output.toFile().delete();
  }
}
