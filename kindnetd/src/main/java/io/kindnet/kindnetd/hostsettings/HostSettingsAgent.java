package io.kindnet.kindnetd.hostsettings;

import io.kindnet.cni.podlink.HostNetwork;
import io.kindnet.cni.podlink.ListeningLinks;
import io.kindnet.cni.podlink.PodSettings;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.cluster.nodes.ClusterNode;
import io.kindnet.kindnetd.cluster.nodes.NodeView;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.route.Netconf;
import io.kindnet.netlink.route.NetconfEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the sysctls back that the pods of this node depend on, such as {@code net.ipv4.ip_forward},
 * within a moment after somebody has changed them, as a restart of the network does. Without them
 * no packet of a pod leaves the node, so a node where they cannot be set is not ready.
 */
public final class HostSettingsAgent implements Agent {
  private static final Logger log = LoggerFactory.getLogger(HostSettingsAgent.class);
  private static final String NAME = "host-settings";

  /** Between two checks, for what the kernel does not announce. */
  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(30);

  private final NodeView nodes;
  private final KernelWatch<NetconfEvents.Batch> events;
  private final Consumer<NetconfEvents.Batch> listener = this::see;
  private final RestoredSettings restored = new RestoredSettings();
  private final ListeningLinks listening = new ListeningLinks();
  private final int peerProtocol;
  private final AgentStatus status;
  private volatile List<String> warnings = List.of();
  private final ReconcileLoop loop;

  /**
   * @param nodes tells where pods have their addresses from, if another plugin connects them
   * @param events changes of settings in the network namespace in which {@link #start} is called
   * @param peerProtocol the routing protocol number of the routes to the pods of other nodes
   */
  public HostSettingsAgent(
      NodeView nodes, KernelWatch<NetconfEvents.Batch> events, int peerProtocol, Status status) {
    this(nodes, events, peerProtocol, CHECK_INTERVAL, status);
  }

  HostSettingsAgent(
      NodeView nodes,
      KernelWatch<NetconfEvents.Batch> events,
      int peerProtocol,
      Duration checkInterval,
      Status status) {
    this.nodes = nodes;
    this.events = events;
    this.peerProtocol = peerProtocol;
    this.status = status.agent(NAME);
    this.loop = new ReconcileLoop(NAME, checkInterval, this::reconcile, this.status);
    this.status.detail(this::description);
  }

  @Override
  public AgentStatus status() {
    return status;
  }

  @Override
  public void start() {
    status.dependsOn(events.subscribe(listener));
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
    events.unsubscribe(listener);
  }

  /** Leaves the settings as they are: others may rely on them by now. */
  @Override
  public void removeState() {}

  /**
   * Whatever is switched on is as pods want it, one's own changes included; it matters only to who
   * could not switch it on.
   */
  private void see(NetconfEvents.Batch next) {
    boolean failing = status.problem().isPresent();
    if (failing || next.lost() || next.changes().stream().anyMatch(HostSettingsAgent::isOff)) {
      loop.request(Pass.KERNEL);
    }
  }

  /**
   * A link of a family that the host does not forward is nothing new: with each pod of IPv4 comes
   * one that does not forward IPv6, and a pass looks at the links of all pods.
   */
  private static boolean isOff(Netconf change) {
    return change.forwarding().isPresent()
        && change.forwarding().getAsInt() == 0
        && change.linkIndex() != Netconf.IFINDEX_DEFAULT
        && (change.linkIndex() == Netconf.IFINDEX_ALL || PodSettings.isForwarding(change.family()));
  }

  private Optional<String> reconcile(Pass pass) throws CniException {
    try (HostNetwork host = HostNetwork.open()) {
      PodSettings settings = PodSettings.of(host, podCidrs());
      List<String> changed = settings.restore(peerProtocol, listening);
      restored.add(changed);
      status.repaired(changed.size());
      tell(settings.warnings());
    }
    return Optional.empty();
  }

  private void tell(List<String> now) {
    for (String warning : now) {
      if (!warnings.contains(warning)) {
        log.warn("{}", warning);
      }
    }
    warnings = now;
  }

  private Optional<String> description() {
    List<String> all = new ArrayList<>(warnings);
    restored.description().ifPresent(all::add);
    return all.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", all));
  }

  private List<IpPrefix> podCidrs() {
    return nodes
        .snapshot()
        .flatMap(snapshot -> snapshot.self())
        .map(ClusterNode::podCidrs)
        .orElse(List.of());
  }
}
