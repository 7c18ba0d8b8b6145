package io.kindnet.kindnetd.podcidr;

import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.podcidr.HostFactsReader.Reading;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.route.RouteEvents;
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
  private final ReconcileLoop loop;

  /**
   * @param socket the network namespace; stays the caller's to close
   * @param events what others than {@code socket} do there
   * @param marks what tells pods' links and routes from others
   * @param resolverConfiguration such as {@code /etc/resolv.conf}
   */
  public PodCidrAgent(
      AcceptedNodes nodes,
      RouteSocket socket,
      KernelWatch<RouteEvents.Batch> events,
      PodMarks marks,
      Path resolverConfiguration,
      Status status) {
    this.nodes = nodes;
    this.reader = new HostFactsReader(socket, marks, resolverConfiguration);
    this.status = status.optionalAgent(NAME);
    this.loop = new ReconcileLoop(NAME, CHECK_INTERVAL, this::read, this.status);
    this.watch = new HostWatch(socket, events, marks, () -> loop.request(Pass.KERNEL));
    this.status.detail(this::leftOut);
    status.gauge(
        "kindnet_pod_cidrs_left_out",
        "Pod CIDRs of Nodes that are not used, for the reasons in the log.",
        nodes::leftOut);
  }

  @Override
  public AgentStatus status() {
    return status;
  }

  @Override
  public void start() {
    status.dependsOn(watch.start());
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
    watch.close();
  }

  /** There is nothing that it would have left. */
  @Override
  public void removeState() {}

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
