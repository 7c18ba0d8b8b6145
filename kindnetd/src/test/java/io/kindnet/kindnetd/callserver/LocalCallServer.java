package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.policy.PodPolicies;
import io.kindnet.cni.steps.StepListener;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import java.nio.file.Path;
import java.time.Duration;

/** The server on threads of this process that are in the namespace of a node. */
final class LocalCallServer implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private final CniCallAgent server;
  private final Path socket;

  private LocalCallServer(CniCallAgent server, Path socket) {
    this.server = server;
    this.socket = socket;
  }

  /**
   * Starts it and waits until it serves.
   *
   * @param steps is told of each step of each call
   */
  static LocalCallServer start(Namespace node, Path socket, StepListener steps) {
    return start(node, socket, PodPolicies.NONE, steps);
  }

  /**
   * As the other one.
   *
   * @param policies sees to the network policies of pods
   */
  static LocalCallServer start(
      Namespace node, Path socket, PodPolicies policies, StepListener steps) {
    CniCallAgent server;
    try (NetworkNamespace namespace = NetworkNamespace.open(node.path().toString())) {
      // whose threads, and theirs, are where this one is
      server =
          namespace.call(() -> {
            CniCallAgent agent =
                new CniCallAgent(socket, "of a test", policies, new Status("of a test"), steps);
            agent.start();
            return agent;
          });
    }
    Eventually.within(DEADLINE, () -> assertThat(ClientSession.isServed(socket)).isTrue());
    return new LocalCallServer(server, socket);
  }

  Path socket() {
    return socket;
  }

  /** Ends like the agent upon SIGTERM. */
  @Override
  public void close() {
    server.close();
  }
}
