package io.kindnet.kindnetd.podcidr;

import io.kindnet.kindnetd.kube.Agent;
import io.kindnet.kindnetd.kube.WorkQueue;
import io.kindnet.kindnetd.kube.WorkQueue.Pass;
import io.kindnet.kindnetd.metrics.AgentStatus;
import io.kindnet.kindnetd.metrics.Status;
import io.kindnet.kindnetd.podcidr.HostFactsReader.Reading;
import io.kindnet.netlink.route.RouteSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Keeps what this machine reaches without pods known to {@link AcceptedNodes}, and says how many
 * pod CIDRs are left out.
 */
public final class PodCidrAgent implements Agent {
  /** The name of this part in metrics and in {@code /readyz}. */
  public static final String NAME = "pod-cidrs";

  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(60);

  private final AcceptedNodes nodes;
  private final HostFactsReader reader;
  private final HostWatch watch;
  private final AgentStatus status;
  private final WorkQueue queue;

  /**
   * @param socket the network namespace; stays the caller's to close
   * @param marks what tells pods' links and routes from others
   * @param resolverConfiguration such as {@code /etc/resolv.conf}
   */
  public PodCidrAgent(
      AcceptedNodes nodes,
      RouteSocket socket,
      PodMarks marks,
      Path resolverConfiguration,
      Status status) {
    this.nodes = nodes;
    this.reader = new HostFactsReader(socket, marks, resolverConfiguration);
    this.status = status.agent(NAME);
    this.queue = new WorkQueue(NAME, CHECK_INTERVAL, this::read, this.status);
    this.watch = new HostWatch(socket, marks, () -> queue.request(Pass.KERNEL));
    this.status.detail(this::leftOut);
    status.gauge(
        "kindnet_pod_cidrs_left_out",
        "Pod CIDRs of Nodes that are not used, for the reasons in the log.",
        nodes::leftOut);
  }

  @Override
  public void start() {
    status.dependsOn(watch.start());
    queue.start();
  }

  @Override
  public void close() {
    queue.close();
    watch.close();
  }

  /** There is nothing that it would have left. */
  @Override
  public void cleanRules() {}

  private Optional<String> read(Pass pass) {
    watch.forget();
    Reading reading = reader.read();
    watch.expect(reading);
    nodes.hostFacts(reading.facts());
    return Optional.empty();
  }

  private Optional<String> leftOut() {
    int count = nodes.leftOut();
    return switch (count) {
      case 0 -> Optional.empty();
      case 1 -> Optional.of("1 pod CIDR is left out, see the log");
      default -> Optional.of(count + " pod CIDRs are left out, see the log");
    };
  }
}
