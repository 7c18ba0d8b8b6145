package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.cni.policy.PendingTable;
import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.agent.NftablesSupport;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.networkpolicy.compiler.DenyChain;
import io.kindnet.kindnetd.networkpolicy.compiler.LogRule;
import io.kindnet.kindnetd.networkpolicy.domains.DomainAddresses;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.Rule;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the kernel enforce network policies: no packet waits for this process. */
public final class NetworkPolicyAgent implements Agent {
  /** The agent's name. */
  public static final String NAME = "network-policy";

  private static final Logger log = LoggerFactory.getLogger(NetworkPolicyAgent.class);

  /** A comparison of tens of thousands of elements takes a while; what others do is noticed. */
  private static final Duration CHECK_INTERVAL = Duration.ofMinutes(5);

  private final NetworkPolicyOptions options;
  private final Supplier<PolicyViews> views;
  private final LocalPods localPods;
  private final Supplier<LogRule> logRule;
  private final Map<Chain, List<Rule>> furtherChains;
  private final EnforcementListener listener;
  private final DomainAddresses domains;
  private final Supplier<NftablesSocket> nftables;
  private final KernelWatch<NftablesEvents.Events> events;
  private final Consumer<NftablesEvents.Events> kernelListener = this::see;
  private final AgentStatus status;
  private final PolicyMetrics metrics;
  private final ReconcileLoop loop;
  private volatile @Nullable PolicyReconciler reconciler;

  /**
   * @param views asked for at the start, so that nothing is watched where policies are disabled
   * @param logRule how denials are logged, asked whenever something changes; the same object as
   *     long as that is the same
   * @param furtherChains base chains that the table has besides its own, with their rules
   * @param enforcementListener is told what is in force
   * @param domains has the addresses of domain names
   * @param nftables gives the socket of the network namespace, which is opened at the start at the
   *     latest; stays the caller's to close
   * @param events what others than {@code nftables} do there
   */
  public NetworkPolicyAgent(
      NetworkPolicyOptions options,
      Supplier<PolicyViews> views,
      LocalPods localPods,
      Supplier<LogRule> logRule,
      Map<Chain, List<Rule>> furtherChains,
      EnforcementListener enforcementListener,
      DomainAddresses domains,
      Supplier<NftablesSocket> nftables,
      KernelWatch<NftablesEvents.Events> events,
      Status status) {
    this.options = options;
    this.views = views;
    this.localPods = localPods;
    this.logRule = logRule;
    this.furtherChains = Map.copyOf(furtherChains);
    this.listener = enforcementListener;
    this.domains = domains;
    this.nftables = nftables;
    this.events = events;
    this.status = status.agent(NAME);
    TierMetric.register(options, status);
    this.metrics = new PolicyMetrics(status, this.status, nftables, domains);
    this.loop = new ReconcileLoop(NAME, CHECK_INTERVAL, this::reconcile, this.status);
  }

  @Override
  public AgentStatus status() {
    return status;
  }

  @Override
  public void start() {
    status.dependsOn(events.subscribe(kernelListener));
    PolicyViews started = views.get();
    LocalPods pods = localPods.withStatusOf(started.pods());
    reconciler =
        new PolicyReconciler(
            options,
            started,
            pods,
            logRule,
            furtherChains,
            nftables,
            new TableWriter(nftables),
            metrics,
            listener,
            domains);
    started.onChange(this::changed);
    pods.onChange(this::changed);
    loop.start();
  }

  /** Something has changed that neither the cluster nor the kernel tells of. */
  public void lookAgain() {
    loop.request(Pass.CHANGES);
  }

  /** Why a chain of the table drops; empty for one that is not there any more. */
  public Optional<DenyChain> denial(String chain) {
    return Optional.ofNullable(metrics.plan().denials().get(chain));
  }

  /** The pod that has an address, {@code NAMESPACE/NAME}; empty if none is known to have it. */
  public Optional<String> podAt(InetAddress address) {
    PolicyReconciler started = reconciler;
    return started == null ? Optional.empty() : started.podAt(address);
  }

  private void changed() {
    metrics.times().event();
    loop.request(Pass.CHANGES);
  }

  private void see(NftablesEvents.Events next) {
    int ours = domains.portId();
    if (next.lost()
        || next.commits().stream()
            .anyMatch(commit -> commit.portId() != ours && commit.touches(PolicyTable.TABLE))) {
      loop.request(Pass.KERNEL);
    }
  }

  private Optional<String> reconcile(Pass pass) {
    PolicyReconciler started = reconciler;
    return started == null ? Optional.of("not started yet") : started.run(pass);
  }

  @Override
  public void close() {
    loop.close();
    events.unsubscribe(kernelListener);
  }

  @Override
  public void removeState() {
    if (NftablesSupport.removeIfPresent(() -> PendingTable.remove(nftables.get()))) {
      log.info("removed table {}, network policies are not enforced", PolicyTable.TABLE);
    }
  }
}
